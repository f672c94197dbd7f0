/**
 * How the network's weights are kept and its Linears computed. `fp32`: as published. `fp16`: everything in half precision, on a GPU.
 * `int8`: the blocks' Linears with 8-bit weights and activations, on the CPU; all else in float32.
 */
export const PRECISIONS = ['fp32', 'fp16', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** What weights can be converted to. */
export type ConvertedPrecision = Exclude<Precision, 'fp32'>;

/** For people: `16-bit`. */
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
