import { crc32, deflateSync } from 'node:zlib';
import { ascii } from '../image/pictures.ts';

/** The pieces of picture files, for putting them together wrongly. */

export function bytesOf(...parts: readonly (Uint8Array | readonly number[] | string)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? ascii(part) : Uint8Array.from(part))));
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u16le(value: number): readonly number[] {
  return [value & 255, value >> 8];
}

const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';

export function pngChunk(type: string, content: Uint8Array | readonly number[] | string = []): Buffer {
  const body = bytesOf(type, content);
  return bytesOf(u32(body.length - 4), body, u32(crc(body)));
}

/** 8-bit RGB where nothing else is said. */
export function ihdr(width: number, height: number, depth = 8, colour = 2): Buffer {
  return pngChunk('IHDR', bytesOf(u32(width), u32(height), [depth, colour, 0, 0, 0]));
}

/** A black picture with `chunks` before its pixels. */
export function png(width: number, height: number, chunks: readonly Uint8Array[] = []): Buffer {
  return bytesOf(
    PNG_SIGNATURE,
    ihdr(width, height),
    ...chunks,
    pngChunk('IDAT', deflated((width * 3 + 1) * height)),
    pngChunk('IEND'),
  );
}

/** A PNG of any chunks. */
export function pngOf(...chunks: readonly Uint8Array[]): Buffer {
  return bytesOf(PNG_SIGNATURE, ...chunks);
}

/** Zeros that take a thousandth of the room. */
export function deflated(length: number): Buffer {
  return deflateSync(Buffer.alloc(length));
}

/** One pixel of colour 0. */
const GIF_PIXEL = [2, 2, 0x44, 1, 0];

export function gif(width: number, height: number, frames: readonly Uint8Array[]): Buffer {
  return bytesOf('GIF89a', u16le(width), u16le(height), [0x80, 0, 0, 0, 0, 0, 255, 255, 255], ...frames, [0x3b]);
}

export function gifFrame(left: number, top: number, width: number, height: number, data = GIF_PIXEL): Buffer {
  return bytesOf([0x2c], u16le(left), u16le(top), u16le(width), u16le(height), [0], data);
}

/** Where `text` stands in `bytes`. @throws where it does not */
export function find(bytes: Buffer, text: string, from = 0): number {
  const at = bytes.indexOf(text, from, 'latin1');
  if (at < 0) throw new Error(`There is no ${text} in the file.`);
  return at;
}

export function patched(bytes: Buffer, at: number, values: Uint8Array | readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
}

/** The scans of a JPEG: where each SOS begins, and where the last one's data ends. */
export function jpegScans(bytes: Buffer): readonly number[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if (bytes[at + 1] === 0xda) starts.push(at);
  return [...starts, bytes.lastIndexOf(Buffer.of(0xff, 0xd9))];
}

function crc(bytes: Uint8Array): number {
  return crc32(bytes);
}
