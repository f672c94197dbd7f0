import { embedWindow, type GridSize, keyWindow, type SlidingWindow, stageGrids } from '../../../models/cvt/grids.ts';
import { foldBatchNorm, NORM_EPSILON } from '../../../models/cvt/norms.ts';
import type { CvtCheckpoint } from '../../../models/cvt/open-cvt.ts';
import type { StageSpec } from '../../../models/cvt/spec.ts';
import { readTensor } from '../../../models/formats/read-tensor.ts';
import { GraphBuilder, type Value } from '../../../models/onnx/graph-builder.ts';
import {
  add,
  concat,
  conv,
  layerNorm,
  matMul,
  mul,
  reshape,
  sigmoid,
  softmax,
  transpose,
} from '../../../models/onnx/ops.ts';
import type { ProtoMessage } from '../../../models/onnx/protobuf-writer.ts';

/**
 * What ours is held against: the official forward pass (`cls_cvt.py`), step for step, as `torch.onnx.export` writes it in eval mode for
 * a fixed input size. That is:
 * - BatchNorm folded into its convolution (the exporter's eval peephole does so), shapes constant-folded;
 * - einops' `rearrange` as Reshape and Transpose, each as its pattern says, grids and tokens turned back and forth where the
 *   official modules do; `torch.split` as Split;
 * - a Linear over tokens as MatMul with the transposed weight, then Add;
 * - attention as Einsum, Mul by the scale, Softmax, Einsum; QuickGELU as Mul, Sigmoid, Mul; LayerNormalization (opset ≥ 17);
 * - the last block for all tokens, though only CLS is read.
 * All weights stand in the model. Optimisation is left to the runtime, as for any exported model.
 *
 * For `dw_bn` projections and a CLS token in the last stage only, as all published checkpoints have it.
 * @param input in pixels
 * @returns the model's bytes: `pixel_values` [1, 3, rows, cols] → `logits` [1, classes]
 */
export async function buildPlainGraph(checkpoint: CvtCheckpoint, input: GridSize): Promise<Uint8Array> {
  return (await plainGraph(checkpoint, input)).toBytes();
}

/** The same as a message. */
export async function plainGraph(checkpoint: CvtCheckpoint, input: GridSize): Promise<ProtoMessage> {
  const { spec, source } = checkpoint;
  const g = new GraphBuilder();
  const loaded = new Map<string, Float32Array>();
  for (const [key, entry] of checkpoint.tensors) loaded.set(key, await readTensor(source, entry));
  const weights: Weights = {
    g,
    numbers: (key) => loaded.get(key)!,
    shape: (key) => checkpoint.tensors.get(key)!.shape,
  };
  const grids = stageGrids(spec, input.rows, input.cols);
  let grid = g.input('pixel_values', [1, 3, input.rows, input.cols]);
  let cls: Value | null = null;
  for (const [index, stage] of spec.stages.entries())
    [grid, cls] = visionTransformer(weights, grid, stage, grids[index]!.tokens, `stage${index}`);
  if (cls === null) throw new Error('The plain graph is for models whose last stage has a CLS token.');
  // `torch.squeeze`, with the batch kept.
  const normed = norm(weights, cls, 'norm');
  g.output('logits', linear(weights, reshape(g, normed, [1, normed.shape[2]!]), 'head'));
  return g.build('cvt-plain', {});
}

interface Weights {
  readonly g: GraphBuilder;
  numbers(key: string): Float32Array;
  shape(key: string): readonly number[];
}

/** `VisionTransformer.forward` → the grid [1, C, h, w] and CLS. */
function visionTransformer(
  w: Weights,
  x: Value,
  stage: StageSpec,
  size: GridSize,
  key: string,
): [grid: Value, cls: Value | null] {
  const { g } = w;
  let tokens = gridToTokens(g, convEmbed(w, x, stage, size, `${key}.patch_embed`));
  if (stage.clsToken)
    tokens = concat(g, [g.floats(`${key}.cls`, [1, 1, stage.embedDim], w.numbers(`${key}.cls_token`)), tokens], 1);
  for (let index = 0; index < stage.depth; index++) tokens = block(w, tokens, stage, size, `${key}.blocks.${index}`);
  const { cls, rest } = split(g, tokens, stage.clsToken);
  return [tokensToGrid(g, rest, size), cls];
}

/** `ConvEmbed.forward`: the tokens are put back on their grid behind the norm. */
function convEmbed(w: Weights, x: Value, stage: StageSpec, size: GridSize, key: string): Value {
  const { g } = w;
  const weight = initializer(w, `${key}.proj.weight`);
  const projected = conv(g, x, weight, initializer(w, `${key}.proj.bias`), embedWindow(stage), 1);
  return tokensToGrid(g, norm(w, gridToTokens(g, projected), `${key}.norm`), size);
}

/** `Block.forward` */
function block(w: Weights, x: Value, stage: StageSpec, size: GridSize, key: string): Value {
  const { g } = w;
  const attended = add(g, x, attention(w, norm(w, x, `${key}.norm1`), stage, size, `${key}.attn`));
  const hidden = linear(w, norm(w, attended, `${key}.norm2`), `${key}.mlp.fc1`);
  const slope = g.floats(`${key}.slope`, [], [1.702]);
  const active = mul(g, hidden, sigmoid(g, mul(g, hidden, slope)));
  return add(g, attended, linear(w, active, `${key}.mlp.fc2`));
}

/** `Attention.forward` */
function attention(w: Weights, x: Value, stage: StageSpec, size: GridSize, key: string): Value {
  const { g } = w;
  const { cls, rest } = split(g, x, stage.clsToken);
  const grid = tokensToGrid(g, rest, size);
  const queryWindow = { kernel: stage.kernelQkv, stride: stage.strideQ, padding: stage.paddingQ, ceil: false };
  const heads = (name: 'q' | 'k' | 'v'): Value => {
    const window = name === 'q' ? queryWindow : keyWindow(stage)!;
    const projected = gridToTokens(g, depthwise(w, grid, window, `${key}.conv_proj_${name}`));
    const tokens = cls ? concat(g, [cls, projected], 1) : projected;
    return splitHeads(g, linear(w, tokens, `${key}.proj_${name}`), stage.numHeads);
  };
  const [q, k, v] = [heads('q'), heads('k'), heads('v')];
  const [, count, queries, width] = q.shape;
  const keys = k.shape[2]!;
  const score = einsum(g, 'bhlk,bhtk->bhlt', q, k, [1, count!, queries!, keys]);
  const map = softmax(g, mul(g, score, g.floats(`${key}.scale`, [], [stage.embedDim ** -0.5])));
  const mixed = einsum(g, 'bhlt,bhtv->bhlv', map, v, [1, count!, queries!, width!]);
  const merged = reshape(g, transpose(g, mixed, [0, 2, 1, 3]), [1, queries!, count! * width!]);
  return linear(w, merged, `${key}.proj`);
}

function depthwise(w: Weights, x: Value, window: SlidingWindow, key: string): Value {
  const { g } = w;
  const { kernel, bias } = foldBatchNorm(w.numbers(`${key}.conv.weight`), {
    weight: w.numbers(`${key}.bn.weight`),
    bias: w.numbers(`${key}.bn.bias`),
    mean: w.numbers(`${key}.bn.running_mean`),
    variance: w.numbers(`${key}.bn.running_var`),
  });
  const weight = g.floats(`${key}.weight`, [bias.length, 1, window.kernel, window.kernel], kernel);
  return conv(g, x, weight, g.floats(`${key}.bias`, [bias.length], bias), window, bias.length);
}

/** A Linear over tokens: its weight is transposed while exporting. */
function linear(w: Weights, x: Value, key: string): Value {
  const { g } = w;
  const [outputs, inputs] = w.shape(`${key}.weight`) as [number, number];
  const numbers = w.numbers(`${key}.weight`);
  const across = new Float32Array(numbers.length);
  for (let row = 0; row < outputs; row++)
    for (let col = 0; col < inputs; col++) across[col * outputs + row] = numbers[row * inputs + col]!;
  return add(
    g,
    matMulWeight(g, x, g.floats(`${key}.weight`, [inputs, outputs], across)),
    initializer(w, `${key}.bias`),
  );
}

/** x [..., I] · weight [I, O], which broadcasts. */
function matMulWeight(g: GraphBuilder, x: Value, weight: Value): Value {
  return x.shape.length === 2
    ? matMul(g, x, weight)
    : g.node('MatMul', [x, weight], [...x.shape.slice(0, -1), weight.shape[1]!]);
}

function norm(w: Weights, x: Value, key: string): Value {
  return layerNorm(w.g, x, initializer(w, `${key}.weight`), initializer(w, `${key}.bias`), NORM_EPSILON);
}

function initializer({ g, numbers, shape }: Weights, key: string): Value {
  return g.floats(key, shape(key), numbers(key));
}

/** `torch.split(x, [1, h·w], 1)` */
function split(g: GraphBuilder, x: Value, hasCls: boolean): { cls: Value | null; rest: Value } {
  if (!hasCls) return { cls: null, rest: x };
  const [batch, count, channels] = x.shape as [number, number, number];
  const shapes = [
    [batch, 1, channels],
    [batch, count - 1, channels],
  ];
  const [cls, rest] = g.nodes('Split', [x, g.integers([1, count - 1])], shapes, { axis: { int: 1 } });
  return { cls: cls!, rest: rest! };
}

/** `rearrange(x, 'b c h w -> b (h w) c')` */
function gridToTokens(g: GraphBuilder, x: Value): Value {
  const [batch, channels, rows, cols] = x.shape as [number, number, number, number];
  return reshape(g, transpose(g, x, [0, 2, 3, 1]), [batch, rows * cols, channels]);
}

/** `rearrange(x, 'b (h w) c -> b c h w')` */
function tokensToGrid(g: GraphBuilder, x: Value, { rows, cols }: GridSize): Value {
  const [batch, , channels] = x.shape as [number, number, number];
  return transpose(g, reshape(g, x, [batch, rows, cols, channels]), [0, 3, 1, 2]);
}

/** `rearrange(x, 'b t (h d) -> b h t d')` */
function splitHeads(g: GraphBuilder, x: Value, heads: number): Value {
  const [batch, count, channels] = x.shape as [number, number, number];
  return transpose(g, reshape(g, x, [batch, count, heads, channels / heads]), [0, 2, 1, 3]);
}

function einsum(g: GraphBuilder, equation: string, a: Value, b: Value, shape: readonly number[]): Value {
  return g.node('Einsum', [a, b], shape, { equation: { string: equation } });
}
