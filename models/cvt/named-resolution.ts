/** Published file and repository names carry their resolution: `CvT-13-384x384-IN-22k.pth`, `cvt_21_384_ft.pdparams`. */
const NAMED_384 = /(^|[^0-9])384([^0-9]|$)/;

/** The side of the square input, in pixels, that a checkpoint's name speaks of; 224 where it speaks of none. A guess. */
export function namedSide(name: string): 224 | 384 {
  return NAMED_384.test(name) ? 384 : 224;
}
