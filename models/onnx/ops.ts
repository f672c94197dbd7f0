import { outputSize, type SlidingWindow } from '../cvt/grids.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { CONTRIB_DOMAIN } from './onnx-messages.ts';
import type { LinearWeight, QuantisedLinear } from './weight-table.ts';

/**
 * The standard ONNX operators that CvT is made of, each with its shape rule. All axes count from the front. onnxruntime's own
 * operators say so; an exported model has none of them, so that it runs anywhere.
 */

/** x [B,C,H,W], weight [O,C/groups,k,k], bias [O] → [B,O,H',W']. Pads are explicit: `auto_pad` is wrong on WebGPU (#26734). */
export function conv(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  bias: Value,
  window: SlidingWindow,
  groups: number,
): Value {
  const [batch, channels, height, width] = dims4(x);
  const outputs = weight.shape[0]!;
  expect(weight.shape[1]! * groups === channels, 'conv', x, weight);
  const { kernel, stride, padding } = window;
  return g.node('Conv', [x, weight, bias], [batch, outputs, outputSize(height, window), outputSize(width, window)], {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
    pads: { ints: [padding, padding, padding, padding] },
    dilations: { ints: [1, 1] },
    group: { int: groups },
  });
}

/** Zeros around the last two axes of x [B,C,H,W]. */
export function pad2d(g: GraphBuilder, x: Value, top: number, left: number, bottom: number, right: number): Value {
  const [batch, channels, height, width] = dims4(x);
  const pads = g.integers([0, 0, top, left, 0, 0, bottom, right]);
  return g.node('Pad', [x, pads], [batch, channels, height + top + bottom, width + left + right]);
}

/** `count` zeros behind the last axis of x. */
export function padEnd(g: GraphBuilder, x: Value, count: number): Value {
  if (count === 0) return x;
  const axes = x.shape.length;
  const pads = g.integers(Array.from({ length: 2 * axes }, (_, at) => (at === 2 * axes - 1 ? count : 0)));
  return g.node('Pad', [x, pads], x.shape.with(-1, x.shape.at(-1)! + count));
}

/** Mean over each window of x [B,C,H,W], without padding. */
export function averagePool(g: GraphBuilder, x: Value, kernel: number, stride: number): Value {
  const [batch, channels, height, width] = dims4(x);
  const window: SlidingWindow = { kernel, stride, padding: 0, ceil: false };
  return g.node('AveragePool', [x], [batch, channels, outputSize(height, window), outputSize(width, window)], {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
  });
}

/** Over the last axis. */
export function layerNorm(g: GraphBuilder, x: Value, weight: Value, bias: Value, epsilon: number): Value {
  expect(x.shape.at(-1) === weight.shape[0], 'layerNorm', x, weight);
  return g.node('LayerNormalization', [x, weight, bias], x.shape, { axis: { int: -1 }, epsilon: { float: epsilon } });
}

/** (x − mean) / deviation over the last axis of x [B,n,C]: LayerNorm without its weight and bias. */
export function instanceNorm(g: GraphBuilder, x: Value, epsilon: number): Value {
  const rows = x.shape[1]!;
  expect(x.shape.length === 3, 'instanceNorm', x, x);
  return g.node('InstanceNormalization', [x, g.filled(1, [rows]), g.filled(0, [rows])], x.shape, {
    epsilon: { float: epsilon },
  });
}

/** What Gemm multiplies product and bias with, at no cost. */
export interface LinearFactors {
  readonly alpha: number;
  readonly beta: number;
}

/**
 * alpha · x [...,I] · weightᵀ + beta · bias → [...,O] for a weight [O,I], PyTorch's layout, or x · weight for [I,O], Paddle's and
 * Keras's; a Transpose would copy the weight.
 */
export function linear(
  g: GraphBuilder,
  x: Value,
  weight: LinearWeight,
  bias: Value | null,
  { alpha, beta }: LinearFactors = { alpha: 1, beta: 1 },
): Value {
  const { value, isTransposed } = weight;
  const inputs = x.shape.at(-1)!;
  const [outputs, weightInputs] = isTransposed ? value.shape.toReversed() : value.shape;
  expect(weightInputs === inputs, 'linear', x, value);
  const rows = elements(x.shape) / inputs;
  const flat = reshape(g, x, [rows, inputs]);
  const product = g.node('Gemm', bias ? [flat, value, bias] : [flat, value], [rows, outputs!], {
    transB: { int: isTransposed ? 0 : 1 },
    ...(alpha === 1 ? {} : { alpha: { float: alpha } }),
    ...(beta === 1 ? {} : { beta: { float: beta } }),
  });
  return reshape(g, product, [...x.shape.slice(0, -1), outputs!]);
}

/**
 * x [...,I] · weight [I,O] + bias → [...,O] in 8-bit integers: each x is rounded on the scale of its own range, products are summed
 * exactly, and the sums come back as float32. onnxruntime's own operator, on the CPU only.
 */
export function quantisedLinear(g: GraphBuilder, x: Value, weight: QuantisedLinear, bias: Value | null): Value {
  const { value, scale } = weight;
  const [inputs, outputs] = value.shape;
  expect(x.shape.at(-1) === inputs, 'quantisedLinear', x, value);
  // Weights are symmetric and have no zero point.
  const operands = [x, value, scale, g.absent, ...(bias ? [bias] : [])];
  const result = { shape: x.shape.with(-1, outputs!), elementType: 'float32' } as const;
  return g.typedNode('DynamicQuantizeMatMul', operands, [result], {}, CONTRIB_DOMAIN)[0]!;
}

/** a [...,M,K] · b [...,K,N] with equal leading axes. */
export function matMul(g: GraphBuilder, a: Value, b: Value): Value {
  expect(a.shape.at(-1) === b.shape.at(-2), 'matMul', a, b);
  return g.node('MatMul', [a, b], [...a.shape.slice(0, -1), b.shape.at(-1)!]);
}

/** alpha · a [...,M,K] · bᵀ for b [...,N,K] with equal leading axes; onnxruntime's own operator, on the CPU only. */
export function fusedMatMul(g: GraphBuilder, a: Value, b: Value, alpha: number): Value {
  expect(a.shape.at(-1) === b.shape.at(-1), 'fusedMatMul', a, b);
  const result = { shape: a.shape.with(-1, b.shape.at(-2)!), elementType: a.elementType };
  const attributes = { transB: { int: 1 }, alpha: { float: alpha } };
  return g.typedNode('FusedMatMul', [a, b], [result], attributes, CONTRIB_DOMAIN)[0]!;
}

/** Over the last axis. */
export function softmax(g: GraphBuilder, x: Value): Value {
  return g.node('Softmax', [x], x.shape, { axis: { int: -1 } });
}

export function sigmoid(g: GraphBuilder, x: Value): Value {
  return g.node('Sigmoid', [x], x.shape);
}

export function tanh(g: GraphBuilder, x: Value): Value {
  return g.node('Tanh', [x], x.shape);
}

/** x · sigmoid(slope · x), onnxruntime's own operator. */
export function contribQuickGelu(g: GraphBuilder, x: Value, slope: number): Value {
  return g.typedNode('QuickGelu', [x], [x], { alpha: { float: slope } }, CONTRIB_DOMAIN)[0]!;
}

/** Exact, by the error function. */
export function gelu(g: GraphBuilder, x: Value): Value {
  return g.node('Gelu', [x], x.shape);
}

/** Elementwise; `b` has a's shape or broadcasts onto it. */
export function add(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Add', [a, b], a.shape);
}

/** Elementwise; `b` has a's shape or broadcasts onto it. */
export function mul(g: GraphBuilder, a: Value, b: Value): Value {
  return g.node('Mul', [a, b], a.shape);
}

/** Elementwise; the axes of either may be 1 where the other's are not. */
export function sub(g: GraphBuilder, a: Value, b: Value): Value {
  expect(a.shape.length === b.shape.length, 'sub', a, b);
  const shape = a.shape.map((size, axis) => Math.max(size, b.shape[axis]!));
  return g.node('Sub', [a, b], shape);
}

export function exp(g: GraphBuilder, x: Value): Value {
  return g.node('Exp', [x], x.shape);
}

/** Natural. */
export function log(g: GraphBuilder, x: Value): Value {
  return g.node('Log', [x], x.shape);
}

export function sqrt(g: GraphBuilder, x: Value): Value {
  return g.node('Sqrt', [x], x.shape);
}

/** What is below the scalar `least` becomes `least`. */
export function clipBelow(g: GraphBuilder, x: Value, least: Value): Value {
  return g.node('Clip', [x, least], x.shape);
}

export function reshape(g: GraphBuilder, x: Value, shape: readonly number[]): Value {
  expect(elements(x.shape) === elements(shape), 'reshape', x, { shape });
  if (x.shape.length === shape.length && shape.every((size, axis) => size === x.shape[axis])) return x;
  return g.node('Reshape', [x, g.integers(shape)], shape);
}

export function transpose(g: GraphBuilder, x: Value, order: readonly number[]): Value {
  return g.node(
    'Transpose',
    [x],
    order.map((axis) => x.shape[axis]!),
    { perm: { ints: order } },
  );
}

export function concat(g: GraphBuilder, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return g.node('Concat', parts, first!.shape.with(axis, total), { axis: { int: axis } });
}

/** Positions `start` to `end` (exclusive) of one axis. */
export function slice(g: GraphBuilder, x: Value, axis: number, start: number, end: number): Value {
  const inputs = [x, g.integers([start]), g.integers([end]), g.integers([axis])];
  return g.node('Slice', inputs, x.shape.with(axis, end - start));
}

/** One after another along `axis`, as long as `sizes` say. */
export function split(g: GraphBuilder, x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  expect(sizes.reduce((sum, size) => sum + size, 0) === x.shape[axis], 'split', x, { shape: sizes });
  const shapes = sizes.map((size) => x.shape.with(axis, size));
  return g.nodes('Split', [x, g.integers(sizes)], shapes, { axis: { int: axis } });
}

/** Mean over the axes between the first and the last of x [B,...,C], as a product with a row of equal weights → [B,C]. */
export function meanByProduct(g: GraphBuilder, x: Value): Value {
  const batch = x.shape[0]!;
  const width = x.shape.at(-1)!;
  const rows = elements(x.shape) / (batch * width);
  const weights = g.filled(1 / rows, [1, rows]);
  const mean = g.node('MatMul', [weights, reshape(g, x, [batch, rows, width])], [batch, 1, width]);
  return reshape(g, mean, [batch, width]);
}

/** Mean over `axes`, which are dropped. */
export function reduceMean(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  return g.node('ReduceMean', [x, g.integers(axes)], kept, { keepdims: { int: 0 } });
}

/** Sum over `axes`, which are dropped unless kept as 1. */
export function reduceSum(g: GraphBuilder, x: Value, axes: readonly number[], keep = false): Value {
  const shape = keep
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return g.node('ReduceSum', [x, g.integers(axes)], shape, { keepdims: { int: keep ? 1 : 0 } });
}

/** The largest along `axis`, which is kept as 1. */
export function reduceMax(g: GraphBuilder, x: Value, axis: number): Value {
  return g.node('ReduceMax', [x, g.integers([axis])], x.shape.with(axis, 1), { keepdims: { int: 1 } });
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function dims4(x: Value): [number, number, number, number] {
  const [batch, channels, height, width] = x.shape;
  expect(x.shape.length === 4, 'four axes', x, x);
  return [batch!, channels!, height!, width!];
}

/** A misfit here is our own mistake: specs and weights were checked before. */
function expect(
  holds: boolean,
  operator: string,
  a: { readonly shape: readonly number[] },
  b: { readonly shape: readonly number[] },
): void {
  if (!holds) throw new Error(`${operator}: [${a.shape.join(', ')}] does not fit [${b.shape.join(', ')}]`);
}
