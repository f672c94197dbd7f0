import { ascii, matches } from './ascii.ts';
import { brands } from './headers/iso-boxes.ts';

/** Signatures at a file's first byte, of formats that are recognised only to say so. */
const SIGNATURES: readonly (readonly [signature: string, format: string])[] = [
  ['II*\0', 'TIFF or camera raw'],
  ['MM\0*', 'TIFF or camera raw'],
  ['II+\0', 'BigTIFF'],
  ['MM\0+', 'BigTIFF'],
  ['FUJIFILMCCD-RAW', 'camera raw'],
  ['IIRO', 'camera raw'],
  ['IIU\0', 'camera raw'],
  ['%PDF-', 'PDF'],
  ['%!PS', 'PostScript'],
  ['8BPS', 'Photoshop'],
  ['gimp xcf', 'GIMP'],
  ['\xff\x0a', 'JPEG XL'],
  ['\0\0\0\x0cJXL ', 'JPEG XL'],
  ['\0\0\0\x0cjP  ', 'JPEG 2000'],
  ['\xff\x4f\xff\x51', 'JPEG 2000'],
  ['\0\0\x01\0', 'ICO icons'],
  ['\x76\x2f\x31\x01', 'OpenEXR'],
  ['#?RADIANCE', 'Radiance HDR'],
  ['qoif', 'QOI'],
  ['DDS ', 'DDS'],
  ['BPG\xfb', 'BPG'],
  ['\x1a\x45\xdf\xa3', 'Matroska or WebM video'],
  ['\x8aMNG', 'MNG'],
];

const HEIF_BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1', 'mif2'];

/** The name of a known image format that this build does not decode; null where nothing is recognised. */
export function unsupportedFormat(view: DataView): string | null {
  for (const [signature, format] of SIGNATURES) if (matches(view, 0, signature)) return format;
  const isoBrands = brands(view);
  if (isoBrands) {
    if (isoBrands[0] === 'crx ') return 'camera raw';
    return isoBrands.some((brand) => HEIF_BRANDS.includes(brand)) ? 'HEIC' : 'video';
  }
  if (/^P[1-7]\s/.test(ascii(view, 0, Math.min(view.byteLength, 3)))) return 'Netpbm';
  const start = ascii(view, 0, Math.min(view.byteLength, 1024));
  return /^(\xef\xbb\xbf)?\s*<(\?xml|!DOCTYPE svg|!--|svg)/i.test(start) && /<svg[\s>:]/i.test(start) ? 'SVG' : null;
}
