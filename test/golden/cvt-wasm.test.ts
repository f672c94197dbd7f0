import { describe, expect, test } from 'vitest';
import { createNodeSession, EXTERNAL_PATH } from '../../electron/inference/node-session.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { countParameters } from '../../models/cvt/counts.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { buildCvtGraph, type CvtGraphOptions } from '../../models/onnx/build-cvt-graph.ts';
import { goldenDifferences } from './check-golden.ts';
import { formulaCheckpoint } from './formula-checkpoint.ts';
import { formulaInput } from './formula-weights.ts';
import { type GoldenCase, type GoldenName, LARGE_CASES, readGolden, TINY_CASES } from './golden-case.ts';

const ATTENTION_TOLERANCE = 1e-5;

/** One forward pass on WASM in Node, by way of the same reader and graph as the app. */
async function runGolden(golden: GoldenCase, outputs: object, options: Partial<CvtGraphOptions> = {}) {
  const { spec, seed, numClasses, height, width, batch, activation } = golden;
  const bytes = formulaCheckpoint(spec, numClasses, seed);
  const checkpoint = await openCvt(new MemorySource('formula.safetensors', bytes), { spec, activation });
  const graph = await buildCvtGraph(checkpoint, {
    height,
    width,
    batch,
    outputs,
    placement: { kind: 'external', path: EXTERNAL_PATH },
    ...options,
  });
  const session = await createNodeSession(graph, bytes);
  try {
    const shape = [batch, 3, height, width] as const;
    return { graph, outputs: await session.run(formulaInput(shape, seed), shape) };
  } finally {
    await session.close();
  }
}

describe.each(TINY_CASES)('%s on WASM', (name: GoldenName) => {
  test('logits, attention, received and rows equal the official implementation', async () => {
    const golden = await readGolden(name);
    const run = await runGolden(golden, { received: true, taps: true, attention: true });
    const differences = goldenDifferences(golden, run.outputs);
    expect(differences.logits).toBeLessThanOrEqual(2e-5);
    expect(differences.received).toBeLessThanOrEqual(ATTENTION_TOLERANCE);
    expect(differences.attention).toBeLessThanOrEqual(ATTENTION_TOLERANCE);
    expect(differences.rows).toBeLessThanOrEqual(ATTENTION_TOLERANCE);
  });

  test('a graph split into chunks of queries gives the same numbers', async () => {
    const golden = await readGolden(name);
    // Small enough to split every block of the first two stages.
    const run = await runGolden(golden, { received: true, taps: true, attention: true }, { maxTensorBytes: 4096 });
    const differences = goldenDifferences(golden, run.outputs);
    expect(differences.logits).toBeLessThanOrEqual(2e-5);
    expect(differences.received).toBeLessThanOrEqual(ATTENTION_TOLERANCE);
    expect(differences.attention).toBeLessThanOrEqual(ATTENTION_TOLERANCE);
  });

  // Of standard operators, and in the forms that the CPU likes at few and at many threads.
  test.each([{}, { cpuThreads: 1 }, { cpuThreads: 4 }])('predictions alone are the same: %j', async (options) => {
    const golden = await readGolden(name);
    const run = await runGolden(golden, {}, options);
    expect(run.graph.outputNames).toEqual(['logits']);
    expect(goldenDifferences(golden, run.outputs).logits).toBeLessThanOrEqual(2e-5);
  });

  test('the forms that the CPU likes leave attention as it is', async () => {
    const golden = await readGolden(name);
    const run = await runGolden(golden, { received: true, taps: true, attention: true }, { cpuThreads: 2 });
    const differences = goldenDifferences(golden, run.outputs);
    expect(differences.logits).toBeLessThanOrEqual(2e-5);
    expect(Math.max(differences.received, differences.attention, differences.rows)).toBeLessThanOrEqual(
      ATTENTION_TOLERANCE,
    );
  });

  test('the spec counts as many parameters as PyTorch did', async () => {
    const golden = await readGolden(name);
    expect(countParameters(golden.spec, golden.numClasses)).toBe(golden.parameters);
  });
});

describe.each(LARGE_CASES)('%s on WASM', (name: GoldenName) => {
  test('logits, received and rows equal the official implementation', async () => {
    const golden = await readGolden(name);
    const run = await runGolden(golden, { received: true, taps: true });
    const differences = goldenDifferences(golden, run.outputs);
    expect(differences.logits).toBeLessThanOrEqual(1e-4);
    expect(differences.received).toBeLessThanOrEqual(ATTENTION_TOLERANCE);
    expect(differences.rows).toBeLessThanOrEqual(ATTENTION_TOLERANCE);
    expect(run.graph.usesExternalData).toBe(true);
  });

  test('predictions alone, in the forms that the CPU likes, are the same', async () => {
    const golden = await readGolden(name);
    const run = await runGolden(golden, {}, { cpuThreads: 2 });
    expect(goldenDifferences(golden, run.outputs).logits).toBeLessThanOrEqual(1e-4);
  });
});
