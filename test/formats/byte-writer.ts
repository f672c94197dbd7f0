/** Bytes for hand-made files in tests: little-endian fields, text and pieces put together. */

export type Piece = Uint8Array | readonly number[] | string;

export function bytesOf(...pieces: readonly Piece[]): Uint8Array {
  const parts = pieces.map((piece) =>
    typeof piece === 'string' ? new TextEncoder().encode(piece) : Uint8Array.from(piece),
  );
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function u16(value: number): Uint8Array {
  return field(2, (view) => view.setUint16(0, value, true));
}

export function u32(value: number): Uint8Array {
  return field(4, (view) => view.setUint32(0, value, true));
}

export function u64(value: number | bigint): Uint8Array {
  return field(8, (view) => view.setBigUint64(0, BigInt(value), true));
}

export function f32(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

function field(length: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return bytes;
}
