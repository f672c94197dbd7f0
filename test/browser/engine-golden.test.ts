import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { goldenDifferences } from '../golden/check-golden.ts';
import { type GoldenName, maxDifference, readGolden, TINY_CASES } from '../golden/golden-case.ts';
import { officialAttention, officialStatistics } from '../golden/official-attention.ts';
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

/** Its attention is made as `tiny`'s is; every graph costs seconds of compiling shaders. */
const WITHOUT_STUDIES: readonly GoldenName[] = ['tiny-gelu'];

/** The tiny networks in Chromium's own WebGPU (SwiftShader), against what PyTorch computed. */
describe('golden cases on WebGPU', () => {
  it.each(TINY_CASES)('%s', async (name) => {
    const golden = await readGolden(name);
    const { seed, numClasses, height, width, activation } = golden;
    const request = { spec: toOfficialSpec(golden.spec), seed, numClasses, height, width, activation };
    const withStudies = !WITHOUT_STUDIES.includes(name);
    const { values, studies } = ok(
      await chromium.page.evaluate(([g, s]) => window.lens.golden(g, s), [request, withStudies] as const),
    );
    const outputs = new Map(Object.entries(values).map(([key, numbers]) => [key, Float32Array.from(numbers)]));
    const differences = goldenDifferences(golden, outputs);
    expect(differences.logits).toBeLessThan(1e-4);
    expect(differences.received).toBeLessThan(1e-4);
    expect(differences.attention).toBeLessThan(1e-4);
    expect(differences.rows).toBeLessThan(1e-4);

    if (!studies) return;
    for (const [stage, blocks] of studies.statistics.entries())
      for (const [block, { received, entropy, distance }] of blocks.entries()) {
        const official = officialStatistics(golden, stage, block);
        expect(maxDifference(Float32Array.from(received), official.received)).toBeLessThan(1e-4);
        expect(maxDifference(Float32Array.from(entropy), official.entropy)).toBeLessThan(1e-3);
        expect(maxDifference(Float32Array.from(distance), official.distance)).toBeLessThan(1e-2);
      }
    for (const { sum, index } of studies.attribution)
      expect(sum).toBeCloseTo(golden.expected.get('logits')!.data[index]!, 3);
    const kept = studies.rollout.stages.reduce((total, { clsMass }) => total + clsMass, 0);
    expect(studies.rollout.pixels.reduce((total, value) => total + value, kept)).toBeCloseTo(1, 4);
    const { data, keys } = officialAttention(golden, 0, 0);
    const column = Float32Array.from(studies.column, (_, query) => data[query * keys + 1]!);
    expect(maxDifference(Float32Array.from(studies.column), column)).toBeLessThan(1e-4);
  });

  it.each(TINY_CASES)('predictions of %s alone', async (name) => {
    const golden = await readGolden(name);
    const { seed, numClasses, height, width, activation } = golden;
    const request = { spec: toOfficialSpec(golden.spec), seed, numClasses, height, width, activation };
    const logits = ok(await chromium.page.evaluate((g) => window.lens.goldenPredictions(g), request));
    expect(maxDifference(Float32Array.from(logits), golden.expected.get('logits')!.data)).toBeLessThan(1e-4);
  });

  it('tiny-rect, its attention made in pieces', async () => {
    const golden = await readGolden('tiny-rect');
    const { seed, numClasses, height, width, activation } = golden;
    const request = { spec: toOfficialSpec(golden.spec), seed, numClasses, height, width, activation };
    const { values } = ok(
      await chromium.page.evaluate((g) => window.lens.golden(g, false), { ...request, maxTensorBytes: 4096 }),
    );
    const outputs = new Map(Object.entries(values).map(([key, numbers]) => [key, Float32Array.from(numbers)]));
    const differences = goldenDifferences(golden, outputs);
    for (const difference of Object.values(differences)) expect(difference).toBeLessThan(1e-4);
  });
});
