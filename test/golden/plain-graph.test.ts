import { expect, test } from 'vitest';
import { createNodeSession } from '../../electron/inference/node-session.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { plainGraph } from '../bench/graphs/plain-graph.ts';
import { formulaCheckpoint } from './formula-checkpoint.ts';
import { formulaInput } from './formula-weights.ts';
import { type GoldenName, maxDifference, readGolden } from './golden-case.ts';

const ROWS: readonly [GoldenName, number][] = [
  ['tiny', 2e-5],
  ['tiny-rect', 2e-5],
  ['cvt-13-224', 1e-4],
];

// The bench's ratios mean something only if what ours is held against computes the same.
test.each(ROWS)('the plain transcription of %s gives the official logits', async (name, tolerance) => {
  const { spec, seed, numClasses, height, width, activation, expected } = await readGolden(name);
  const bytes = formulaCheckpoint(spec, numClasses, seed);
  const checkpoint = await openCvt(new MemorySource('formula.safetensors', bytes), { spec, activation });
  const message = await plainGraph(checkpoint, { rows: height, cols: width });
  const session = await createNodeSession({ message, outputNames: ['logits'], usesExternalData: false }, bytes);
  try {
    const shape = [1, 3, height, width] as const;
    const golden = expected.get('logits')!.data;
    const outputs = await session.run(formulaInput(shape, seed), shape);
    expect(maxDifference(outputs.get('logits')!, golden)).toBeLessThanOrEqual(tolerance);
  } finally {
    await session.close();
  }
});
