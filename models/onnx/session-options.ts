/**
 * From this many bytes of weights on, the CPU multiplies with them as they lie. A packed copy of each matrix takes memory that the
 * original does not give back before all are made: CvT-W24 at 384 peaks at 1.75 times its weights with it and at 1.33 without, and
 * runs at the same speed. Small networks are 3 to 6 % faster with packed copies (test/bench/NOTES.md, line 5).
 */
const UNPACKED_BYTES = 512e6;

/** @param weightBytes that a network's session holds, on the CPU @returns entries of `extra.session`, in onnxruntime's words */
export function cpuSessionEntries(weightBytes: number): Readonly<Record<string, string>> {
  return weightBytes >= UNPACKED_BYTES ? { disable_prepacking: '1' } : {};
}
