/** Symmetric: −128 stays unused, so that weights have no zero point. */
const LARGEST = 127;

/** A Linear's weight in 8 bits: w[o][i] ≈ values[i][o] · scale[o]. */
export interface QuantisedWeight {
  /** [in, out], −127 to 127: the layout that onnxruntime's integer products take. */
  readonly values: Int8Array<ArrayBuffer>;
  /** [out], above 0. */
  readonly scale: Float32Array<ArrayBuffer>;
}

/**
 * Rounds a Linear's weight to 8 bits, each output channel on a scale of its own, from its largest weight.
 * @param weight [out, in]; the scale of a channel that is not finite is not either
 */
export function quantiseLinear(weight: Float32Array, outputs: number): QuantisedWeight {
  const inputs = weight.length / outputs;
  const values = new Int8Array(weight.length);
  const scale = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const row = weight.subarray(output * inputs, (output + 1) * inputs);
    let largest = 0;
    for (const value of row) largest = Math.max(largest, Math.abs(value));
    // A channel of zeros, or of numbers too small for a scale, is zero on any scale.
    const exact = Math.fround(largest / LARGEST);
    const step = exact === 0 ? 1 : exact;
    scale[output] = step;
    for (let input = 0; input < inputs; input++)
      values[input * outputs + output] = Math.max(-LARGEST, Math.min(LARGEST, Math.round(row[input]! / step)));
  }
  return { values, scale };
}

/** The weight [out, in] that the network then has. */
export function dequantiseLinear({ values, scale }: QuantisedWeight): Float32Array {
  const outputs = scale.length;
  const inputs = values.length / outputs;
  const weight = new Float32Array(values.length);
  for (let input = 0; input < inputs; input++)
    for (let output = 0; output < outputs; output++)
      weight[output * inputs + input] = values[input * outputs + output]! * scale[output]!;
  return weight;
}
