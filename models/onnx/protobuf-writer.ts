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

const TEXT = new TextEncoder();
/** Whether UTF-8 is the text's own codes. */
const IS_ASCII = /^[\0-\x7f]*$/;

/**
 * One protobuf message. Bytes and messages within are kept by reference until it is written, so a model of a gigabyte costs its small
 * parts only. Encoding: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtoMessage {
  /** In order; the messages among them have got their headers. Numbers are gathered in the last place while they come. */
  readonly #parts: (Piece | ProtoMessage | number[])[] = [];
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  /** An unsigned integer up to 2^53. */
  uint(field: number, value: number): this {
    this.#varint(field * 8 + WIRE_VARINT);
    return this.#varint(value);
  }

  /** A signed int64 (`int64`, not `sint64`), as two's complement over ten bytes where negative. */
  int(field: number, value: number): this {
    if (value >= 0) return this.uint(field, value);
    this.#varint(field * 8 + WIRE_VARINT);
    return this.#add(new Uint8Array(varintBig(BigInt.asUintN(64, BigInt(value)))));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#varint(field * 8 + WIRE_FLOAT);
    return this.#add(bytes);
  }

  string(field: number, value: string): this {
    if (!IS_ASCII.test(value)) return this.bytes(field, TEXT.encode(value));
    // A graph has thousands of names: an array for each would keep the collector busy.
    this.#header(field, value.length);
    const numbers = this.#numbers();
    for (let at = 0; at < value.length; at++) numbers.push(value.charCodeAt(at));
    this.#byteLength += value.length;
    return this;
  }

  bytes(field: number, value: Piece): this {
    this.#header(field, value.byteLength);
    return this.#add(value);
  }

  /** @param value complete: what is added to it afterwards would not be counted */
  message(field: number, value: ProtoMessage): this {
    this.#header(field, value.byteLength);
    return this.#add(value);
  }

  /** The whole message in one array. @throws Error where a piece is deferred: those are written with {@link writeTo} */
  toBytes(): Uint8Array {
    const out = new Uint8Array(this.#byteLength);
    this.#writeInto(out, 0);
    return out;
  }

  /** The message in pieces of a size that is worth a write; deferred bytes are loaded one at a time. */
  async *writeTo(): AsyncGenerator<Uint8Array> {
    let gathered: Uint8Array[] = [];
    let length = 0;
    for (const piece of this.#pieces()) {
      const bytes = 'load' in piece ? await piece.load() : piece instanceof Uint8Array ? piece : Uint8Array.from(piece);
      gathered.push(bytes);
      length += bytes.byteLength;
      if (length < WRITE_BYTES) continue;
      yield join(gathered, length);
      gathered = [];
      length = 0;
    }
    if (length > 0) yield join(gathered, length);
  }

  /** @returns where the message ends */
  #writeInto(out: Uint8Array, start: number): number {
    let position = start;
    for (const part of this.#parts) {
      if (part instanceof ProtoMessage) position = part.#writeInto(out, position);
      else if (part instanceof Uint8Array) {
        out.set(part, position);
        position += part.length;
      } else if (Array.isArray(part)) for (const number of part) out[position++] = number;
      else throw new Error('A message with deferred bytes cannot be written at once.');
    }
    return position;
  }

  /** What the message is made of, without the nesting. */
  *#pieces(): Generator<Piece | readonly number[]> {
    for (const part of this.#parts) {
      if (part instanceof ProtoMessage) yield* part.#pieces();
      else yield part;
    }
  }

  #header(field: number, length: number): void {
    this.#varint(field * 8 + WIRE_BYTES);
    this.#varint(length);
  }

  #numbers(): number[] {
    const last = this.#parts.at(-1);
    if (Array.isArray(last)) return last;
    const numbers: number[] = [];
    this.#parts.push(numbers);
    return numbers;
  }

  #varint(value: number): this {
    const numbers = this.#numbers();
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      numbers.push((rest % 128) + 128);
      this.#byteLength += 1;
    }
    numbers.push(rest);
    this.#byteLength += 1;
    return this;
  }

  #add(part: Piece | ProtoMessage): this {
    if (part.byteLength > 0) this.#parts.push(part);
    this.#byteLength += part.byteLength;
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
