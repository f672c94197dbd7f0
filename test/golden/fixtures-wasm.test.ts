import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createNodeSession, EXTERNAL_PATH } from '../../electron/inference/node-session.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { needsCopy } from '../../models/onnx/weight-table.ts';
import { formulaInput } from './formula-weights.ts';
import { maxDifference, readGolden } from './golden-case.ts';

interface Row {
  readonly file: string;
  readonly tolerance: number;
  /** Whether large weights cannot be used where they lie. */
  readonly copy: boolean;
}

const EXACT = 2e-5;

const ROWS: readonly Row[] = [
  { file: 'official.safetensors', tolerance: EXACT, copy: false },
  { file: 'official-zip.pth', tolerance: EXACT, copy: false },
  { file: 'official-legacy.pth', tolerance: EXACT, copy: false },
  { file: 'training-checkpoint.pth', tolerance: EXACT, copy: false },
  // Its Linear weights are transposed views of one storage: Gemm without transB.
  { file: 'official-strided-views.pth', tolerance: EXACT, copy: false },
  { file: 'official-half.pth', tolerance: 5e-3, copy: true },
  { file: 'official-bfloat16.pth', tolerance: 5e-2, copy: true },
  { file: 'hf-model.safetensors', tolerance: EXACT, copy: false },
  { file: 'hf-pytorch_model.bin', tolerance: EXACT, copy: false },
  { file: 'paddlevit-p2.pdparams', tolerance: EXACT, copy: true },
  { file: 'paddlevit-p4.pdparams', tolerance: EXACT, copy: false },
  { file: 'passl-p4.pdparams', tolerance: EXACT, copy: false },
  // HWIO convolutions of the embeddings.
  { file: 'cvt-tensorflow.h5', tolerance: EXACT, copy: true },
];

describe('every format, its weights where they lie, on WASM', () => {
  test.each(ROWS)('$file gives the logits of tiny', async ({ file, tolerance, copy }) => {
    const { spec, seed, height, width, batch, expected } = await readGolden('tiny');
    const bytes = await readFile(new URL(`../fixtures/${file}`, import.meta.url));
    const checkpoint = await openCvt(new MemorySource(file, bytes), { spec, activation: 'quick_gelu' });
    expect(needsCopy(checkpoint)).toBe(copy);
    const graph = await buildCvtGraph(checkpoint, {
      height,
      width,
      batch,
      outputs: {},
      placement: { kind: 'external', path: EXTERNAL_PATH },
    });
    if (!copy) expect(graph.usesExternalData).toBe(true);
    const session = await createNodeSession(graph, bytes);
    try {
      const shape = [batch, 3, height, width] as const;
      const outputs = await session.run(formulaInput(shape, seed), shape);
      expect(maxDifference(outputs.get('logits')!, expected.get('logits')!.data)).toBeLessThanOrEqual(tolerance);
    } finally {
      await session.close();
    }
  });
});
