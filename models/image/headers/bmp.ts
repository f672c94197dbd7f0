import { MalformedHeader, type ParsedHeader } from './parsed-header.ts';

/** Windows bitmap: BITMAPCOREHEADER (12 bytes) or one of the BITMAPINFOHEADER family; a negative height is top-down. */
export function parseBmp(view: DataView): ParsedHeader {
  const headerSize = view.getUint32(14, true);
  if (headerSize === 12)
    return { width: view.getUint16(18, true), height: view.getUint16(20, true), orientation: 1, animated: false };
  if (headerSize < 16 || headerSize > 124) throw new MalformedHeader(`a bitmap header cannot have ${headerSize} bytes`);
  const width = view.getInt32(18, true);
  if (width < 0) throw new MalformedHeader('the bitmap has a negative width');
  return { width, height: Math.abs(view.getInt32(22, true)), orientation: 1, animated: false };
}
