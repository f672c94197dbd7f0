/**
 * How the network's weights are kept and its Linears computed. `fp32`: as published. `fp16`: everything in half precision, on a GPU.
 * `int8`: the blocks' Linears with 8-bit weights and activations, on the CPU; all else in float32.
 */
export const PRECISIONS = ['fp32', 'fp16', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** What the CPU is offered in. Its 8-bit products take 0.4 of the time of float32's; 16-bit floats it would widen and round at every step. */
export const CPU_PRECISIONS = ['fp32', 'int8'] as const satisfies readonly Precision[];

/** What weights can be converted to. */
export type ConvertedPrecision = Exclude<Precision, 'fp32'>;

/** `cvt-13`, and where it runs in another precision than its own `cvt-13 (int8)`. */
export function nameIn(precision: Precision, model: string): string {
  return precision === 'fp32' ? model : `${model} (${precision})`;
}

/** For people: `16-bit float`. */
export function precisionWords(precision: Precision): string {
  switch (precision) {
    case 'fp32':
      return '32-bit float';
    case 'fp16':
      return '16-bit float';
    case 'int8':
      return '8-bit integer';
  }
}
