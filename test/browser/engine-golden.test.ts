import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { goldenDifferences } from '../golden/check-golden.ts';
import { readGolden, TINY_CASES } from '../golden/golden-case.ts';
import { type EnginePage, type EngineServer, ok, openEnginePage, serveEngine } from './engine-harness.ts';

let server: EngineServer;
let chromium: EnginePage;

beforeAll(async () => {
  server = await serveEngine();
  chromium = await openEnginePage(server, { webgpu: true });
});
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

/** The tiny networks in Chromium's own WebGPU (SwiftShader), against what PyTorch computed. */
describe('golden cases on WebGPU', () => {
  it.each(TINY_CASES)('%s', async (name) => {
    const golden = await readGolden(name);
    const { seed, numClasses, height, width, activation } = golden;
    const request = { spec: toOfficialSpec(golden.spec), seed, numClasses, height, width, activation };
    const values = ok(await chromium.page.evaluate((g) => window.lens.golden(g), request));
    const outputs = new Map(Object.entries(values).map(([key, numbers]) => [key, Float32Array.from(numbers)]));
    const differences = goldenDifferences(golden, outputs);
    expect(differences.logits).toBeLessThan(1e-4);
    expect(differences.received).toBeLessThan(1e-4);
    expect(differences.attention).toBeLessThan(1e-4);
    expect(differences.rows).toBeLessThan(1e-4);
  });
});
