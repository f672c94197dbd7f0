import { z } from 'zod';
import type { ByteSource } from '../bytes/byte-source.ts';
import { Cursor } from '../bytes/cursor.ts';
import { printable } from '../bytes/printable.ts';
import { CheckpointError } from '../errors.ts';
import { findDuplicateKey } from './json-keys.ts';
import { elementCount, MAX_RANK } from './tensor-extent.ts';
import { type CheckpointFormat, DTYPE_BYTES, type DType, type TensorEntry, type TensorIndex } from './tensor-index.ts';

/**
 * safetensors: an 8-byte header length, a JSON header of names, types, shapes and offsets, then the data without holes.
 * Checks as upstream's (huggingface/safetensors, safetensors/src/tensor.rs).
 */

/** CvT-W24's header has 100 KB. Upstream allows 100 MB, from which JSON.parse can make gigabytes. */
export const MAX_HEADER_BYTES = 4 * 2 ** 20;
const LENGTH_BYTES = 8;
const OPENING_BRACE = 0x7b;

const natural = z.int().min(0);
const tensorInfo = z.object({
  dtype: z.string(),
  shape: z.array(natural).max(MAX_RANK),
  data_offsets: z.tuple([natural, natural]),
});
const headerObject = z.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
const textMap = z.record(z.string(), z.string());

export const safetensors: CheckpointFormat = {
  name: 'safetensors',
  async sniff(source, signal) {
    if (source.size <= LENGTH_BYTES) return null;
    const head = await source.read({ start: 0, end: LENGTH_BYTES + 1 }, signal);
    // The length's upper bytes are zero at any size that could be meant, and text has no zero bytes.
    if (head[LENGTH_BYTES] !== OPENING_BRACE || head[6] !== 0 || head[7] !== 0) return null;
    return () => openSafetensors(source, signal);
  },
};

async function openSafetensors(source: ByteSource, signal?: AbortSignal): Promise<TensorIndex> {
  const length = new Cursor(await source.read({ start: 0, end: LENGTH_BYTES }, signal), source.name).u64();
  if (length > MAX_HEADER_BYTES)
    throw new CheckpointError(
      'too-large',
      `${source.name}: the safetensors header would be ${length} bytes; ${MAX_HEADER_BYTES} are allowed. The file is damaged; get it again.`,
    );
  const dataStart = LENGTH_BYTES + length;
  const header = parseHeader(source, await source.read({ start: LENGTH_BYTES, end: dataStart }, signal));
  const tensors = new Map<string, TensorEntry>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = check(source, textMap, value, '__metadata__');
    else tensors.set(name, tensorEntry(source, name, value, dataStart));
  }
  checkLayout(source, tensors, dataStart);
  return { format: 'safetensors', tensors, metadata };
}

function parseHeader(source: ByteSource, bytes: Uint8Array): object {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(
      'corrupt',
      `${source.name}: the safetensors header is not JSON. The file is damaged; get it again.`,
      {
        cause: error,
      },
    );
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null)
    throw new CheckpointError('corrupt', `${source.name}: the safetensors header has ${printable(duplicate)} twice.`);
  return check(source, headerObject, header, 'the header');
}

function tensorEntry(source: ByteSource, name: string, value: unknown, dataStart: number): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = check(source, tensorInfo, value, name);
  if (!isDType(dtype))
    throw new CheckpointError(
      'unsupported',
      `${source.name}: ${printable(name)} has the element type ${printable(dtype)}, which is not read.`,
    );
  const count = elementCount(shape);
  const [start, end] = offsets;
  if (count === null || !Number.isSafeInteger(count * DTYPE_BYTES[dtype]))
    throw new CheckpointError(
      'too-large',
      `${source.name}: ${printable(name)} has a shape of more elements than can be counted.`,
    );
  if (end - start !== count * DTYPE_BYTES[dtype])
    throw new CheckpointError(
      'corrupt',
      `${source.name}: ${printable(name)} is ${dtype} [${shape.join(', ')}], which takes ${count * DTYPE_BYTES[dtype]} bytes, but it has ${end - start}.`,
    );
  if (dataStart + end > source.size)
    throw new CheckpointError(
      'truncated',
      `${source.name}: ${printable(name)} ends at byte ${dataStart + end}, but the file has ${source.size}. It is incomplete; get it again.`,
    );
  return { name, dtype, shape, offset: dataStart + start, byteLength: end - start };
}

/** The data must be covered without overlap, hole or rest: nothing can hide in it, and no two tensors share bytes. */
function checkLayout(source: ByteSource, tensors: ReadonlyMap<string, TensorEntry>, dataStart: number): void {
  const inOrder = [...tensors.values()].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  let end = dataStart;
  for (const tensor of inOrder) {
    if (tensor.offset !== end)
      throw new CheckpointError(
        'corrupt',
        tensor.offset < end
          ? `${source.name}: ${printable(tensor.name)} overlaps the tensor before it, at byte ${tensor.offset}.`
          : `${source.name}: bytes ${end} to ${tensor.offset} belong to no tensor.`,
      );
    end += tensor.byteLength;
  }
  if (end !== source.size)
    throw new CheckpointError(
      'corrupt',
      `${source.name}: bytes ${end} to ${source.size}, the end, belong to no tensor.`,
    );
}

function isDType(text: string): text is DType {
  return Object.hasOwn(DTYPE_BYTES, text);
}

function check<T>(source: ByteSource, schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = [what, ...(issue?.path ?? [])].join('.');
  throw new CheckpointError(
    'corrupt',
    `${source.name}: ${printable(place)} in the safetensors header: ${issue?.message ?? 'not as expected'}.`,
  );
}
