import { expect, test } from 'vitest';
import { createNodeSession, EXTERNAL_PATH } from '../../electron/inference/node-session.ts';
import { openForStudy } from '../../electron/inference/study-model.ts';
import { type ProjectionKind, tokenNorms } from '../../models/attention/projection-study.ts';
import { convolveTokens, type GridTokens, poolTokens } from '../../models/attention/token-windows.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { CheckpointWeights } from '../../models/cvt/checkpoint-weights.ts';
import { keyWindow, stageGrids } from '../../models/cvt/grids.ts';
import { foldBatchNorm, layerNorm } from '../../models/cvt/norms.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import type { StageSpec } from '../../models/cvt/spec.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { tapName } from '../../models/onnx/tap-names.ts';
import { formulaCheckpoint } from './formula-checkpoint.ts';
import { formulaInput } from './formula-weights.ts';
import { maxDifference, readGolden, TINY_CASES } from './golden-case.ts';

// The study of a projection recomputes what the network did between two taps. Its convolved tokens are the right ones if the
// network's own queries, keys and values are the linear layer of them.
test.each(TINY_CASES)(
  '%s: the queries, keys and values of the network come from the tokens that are shown',
  async (name) => {
    const { spec, seed, numClasses, height, width, activation } = await readGolden(name);
    const bytes = formulaCheckpoint(spec, numClasses, seed);
    const checkpoint = await openCvt(new MemorySource('formula.safetensors', bytes), { spec, activation });
    const weights = new CheckpointWeights(checkpoint);
    const input = formulaInput([1, 3, height, width], seed);
    const graph = await buildCvtGraph(checkpoint, {
      height,
      width,
      batch: 1,
      outputs: { taps: true },
      placement: { kind: 'external', path: EXTERNAL_PATH },
    });
    const session = await createNodeSession(graph, bytes);
    const model = await openForStudy(checkpoint, bytes, { rows: height, cols: width });
    try {
      const outputs = await session.run(input, [1, 3, height, width]);
      const { studies } = await model.study(input);
      for (const [stage, stageSpec] of spec.stages.entries()) {
        const { cls, tokens: grid } = stageGrids(spec, height, width)[stage]!;
        for (let block = 0; block < stageSpec.depth; block++) {
          const key = `stage${stage}.blocks.${block}`;
          const raw = outputs.get(tapName(stage, block, 'tokens'))!;
          const normed = layerNorm(
            raw.subarray(cls * stageSpec.embedDim),
            await weights.read(`${key}.norm1.weight`),
            await weights.read(`${key}.norm1.bias`),
          );
          const shown = await studies.projection(stage, block);
          expect(maxDifference(shown.before.norms, tokenNorms(normed, stageSpec.embedDim))).toBeLessThanOrEqual(1e-4);
          for (const kind of ['q', 'k', 'v'] as const) {
            const convolved = await convolve(stageSpec, { grid, tokens: normed }, kind, `${key}.attn`);
            expect(shown.after[kind].grid).toEqual(convolved.grid);
            const norms = tokenNorms(convolved.tokens, stageSpec.embedDim);
            expect(maxDifference(shown.after[kind].norms, norms)).toBeLessThanOrEqual(1e-4);
            const tap = outputs.get(tapName(stage, block, kind));
            // Values are tapped in the last stage only.
            expect(tap !== undefined).toBe(kind !== 'v' || stage === spec.stages.length - 1);
            if (!tap) continue;
            const expected = await linear(stageSpec, convolved.tokens, `${key}.attn.proj_${kind}`);
            expect(maxDifference(withoutCls(tap, stageSpec, cls), expected)).toBeLessThanOrEqual(2e-5);
          }
        }
      }
    } finally {
      await model.close();
      await session.close();
    }

    async function convolve(
      stage: StageSpec,
      input: GridTokens,
      kind: ProjectionKind,
      key: string,
    ): Promise<GridTokens> {
      if (stage.projection === 'linear' || (stage.projection === 'avg' && kind === 'q')) return input;
      const window = keyWindow(stage)!;
      if (stage.projection === 'avg') return poolTokens(input, stage.embedDim, window);
      const read = (part: string) => weights.read(`${key}.conv_proj_${kind}.${part}`);
      const folded = foldBatchNorm(await read('conv.weight'), {
        weight: await read('bn.weight'),
        bias: await read('bn.bias'),
        mean: await read('bn.running_mean'),
        variance: await read('bn.running_var'),
      });
      const queries = { ...window, stride: stage.strideQ, padding: stage.paddingQ };
      return convolveTokens(input, folded, kind === 'q' ? queries : window);
    }

    /** x·Wᵀ + b of tokens [n, C], W [C, C] (out, in), split into heads: [heads, n, C / heads]. */
    async function linear({ embedDim, numHeads, qkvBias }: StageSpec, tokens: Float32Array, key: string) {
      const weight = await weights.read(`${key}.weight`);
      const bias = qkvBias ? await weights.read(`${key}.bias`) : new Float32Array(embedDim);
      const count = tokens.length / embedDim;
      const headDim = embedDim / numHeads;
      return Float32Array.from({ length: tokens.length }, (_, i) => {
        const head = Math.floor(i / (count * headDim));
        const token = Math.floor(i / headDim) % count;
        const out = head * headDim + (i % headDim);
        let sum = bias[out]!;
        for (let j = 0; j < embedDim; j++) sum += weight[out * embedDim + j]! * tokens[token * embedDim + j]!;
        return sum;
      });
    }
  },
);

/** [heads, cls + n, C / heads] without its CLS rows. */
function withoutCls(tap: Float32Array, { embedDim, numHeads }: StageSpec, cls: 0 | 1): Float32Array {
  const headDim = embedDim / numHeads;
  const perHead = tap.length / numHeads;
  const heads = Array.from({ length: numHeads }, (_, head) =>
    tap.subarray(head * perHead + cls * headDim, (head + 1) * perHead),
  );
  return Float32Array.from(heads.flatMap((values) => [...values]));
}
