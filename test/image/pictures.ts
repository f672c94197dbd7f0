import sharp, { type Sharp } from 'sharp';

/** A small real file of `format`, `width`×`height`, drawn with a gradient so that encoders have something to do. */
export function gradient(width: number, height: number): Sharp {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      data[i++] = (255 * x) / width;
      data[i++] = (255 * y) / height;
      data[i++] = 90;
    }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Two frames of 30×20. */
export function animation(): Sharp {
  const data = new Uint8Array(30 * 40 * 3).map((_, i) => (i < 30 * 20 * 3 ? 20 : 200));
  return sharp(data, { raw: { width: 30, height: 40, channels: 3, pageHeight: 20 } });
}

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A PNG's signature and IHDR alone. */
export function pngHeader(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(33);
  bytes.set(ascii('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR'));
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes.set([8, 2, 0, 0, 0], 24);
  return bytes;
}

/** A bitmap header of the BITMAPINFOHEADER kind. */
export function bmpHeader(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(54);
  bytes.set(ascii('BM'));
  const view = new DataView(bytes.buffer);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  return bytes;
}

/** A JPEG segment: marker, length, content. */
export function segment(marker: number, content: Uint8Array): Uint8Array {
  const length = content.length + 2;
  return concat([0xff, marker, length >> 8, length & 255], content);
}
