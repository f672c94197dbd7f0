/** Bytes that are fetched only when the message is written out: a weight that still lies in its checkpoint. */
export interface DeferredBytes {
  readonly byteLength: number;
  load(): Promise<Uint8Array>;
}

export type Piece = Uint8Array | DeferredBytes;

const WIRE_VARINT = 0;
const WIRE_BYTES = 2;
const WIRE_FLOAT = 5;

/** Small pieces are gathered up to this size before they are written. */
const WRITE_BYTES = 1 << 16;

/**
 * One protobuf message as a list of pieces. Nesting keeps references to the pieces instead of copying them, so a model of a
 * gigabyte costs its small parts only. Encoding: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtoMessage {
  readonly pieces: Piece[] = [];
  byteLength = 0;

  /** An unsigned integer up to 2^53. */
  uint(field: number, value: number): this {
    return this.#add(new Uint8Array([...varint(field * 8 + WIRE_VARINT), ...varint(value)]));
  }

  /** A signed int64 (`int64`, not `sint64`), as two's complement over ten bytes where negative. */
  int(field: number, value: number): this {
    const bytes = value < 0 ? varintBig(BigInt.asUintN(64, BigInt(value))) : varint(value);
    return this.#add(new Uint8Array([...varint(field * 8 + WIRE_VARINT), ...bytes]));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#add(new Uint8Array([...varint(field * 8 + WIRE_FLOAT), ...bytes]));
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Piece): this {
    this.#header(field, value.byteLength);
    return this.#add(value);
  }

  message(field: number, value: ProtoMessage): this {
    this.#header(field, value.byteLength);
    for (const piece of value.pieces) this.#add(piece);
    return this;
  }

  /** The whole message in one array. @throws Error where a piece is deferred: those are written with {@link writeTo} */
  toBytes(): Uint8Array {
    const pieces = this.pieces.map((piece) => {
      if (piece instanceof Uint8Array) return piece;
      throw new Error('A message with deferred bytes cannot be written at once.');
    });
    return join(pieces, this.byteLength);
  }

  /** The message in pieces of a size that is worth a write; deferred bytes are loaded one at a time. */
  async *writeTo(): AsyncGenerator<Uint8Array> {
    let gathered: Uint8Array[] = [];
    let length = 0;
    for (const piece of this.pieces) {
      const bytes = piece instanceof Uint8Array ? piece : await piece.load();
      gathered.push(bytes);
      length += bytes.byteLength;
      if (length < WRITE_BYTES) continue;
      yield join(gathered, length);
      gathered = [];
      length = 0;
    }
    if (length > 0) yield join(gathered, length);
  }

  #header(field: number, length: number): void {
    this.#add(new Uint8Array([...varint(field * 8 + WIRE_BYTES), ...varint(length)]));
  }

  #add(piece: Piece): this {
    if (piece.byteLength > 0) this.pieces.push(piece);
    this.byteLength += piece.byteLength;
    return this;
  }
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1) return only!;
  const out = new Uint8Array(length);
  let position = 0;
  for (const piece of pieces) {
    out.set(piece, position);
    position += piece.byteLength;
  }
  return out;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

function varintBig(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128n) {
    bytes.push(Number(rest % 128n) + 128);
    rest /= 128n;
  }
  bytes.push(Number(rest));
  return bytes;
}
