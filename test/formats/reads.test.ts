import { expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { CancelledError } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import { bytesOf, f32, u64 } from './byte-writer.ts';
import { dict, pickle, storage, str, tensor } from './pickle-writer.ts';
import { fixture, SparseSource } from './sources.ts';
import { zip } from './zip-writer.ts';

const ELEMENTS = 2 ** 28;
const BYTES = 4 * ELEMENTS;

test('indexing a safetensors file of 1 GiB reads its header and nothing else', async () => {
  const header = JSON.stringify({
    small: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    large: { dtype: 'F32', shape: [2 ** 14, 2 ** 14], data_offsets: [8, 8 + BYTES] },
  });
  const head = bytesOf(u64(header.length), header, f32(3, 4));
  const dataStart = 8 + header.length;
  const source = new SparseSource('large.safetensors', dataStart + 8 + BYTES, [{ offset: 0, bytes: head }]);
  const index = await openCheckpoint(source);
  expect(index.tensors.get('large')).toMatchObject({ offset: dataStart + 8, byteLength: BYTES });
  expect(Math.max(...source.reads.map(({ end }) => end))).toBe(dataStart);

  source.reads.length = 0;
  expect([...(await readTensor(source, index.tensors.get('small')!))]).toEqual([3, 4]);
  expect(source.reads).toEqual([{ start: dataStart, end: dataStart + 8 }]);
});

test('indexing a PyTorch file of 8 GiB reads no tensor data, and finds offsets beyond 32 bits', async () => {
  const count = 8;
  const names = Array.from({ length: count }, (_, i) => `layer${i}.weight`);
  const pairs = names.flatMap((name, i) => [str(name), tensor(storage(`${i}`, ELEMENTS), [ELEMENTS], [1])]);
  const tail = { name: 'big/data/last', data: f32(1, 2, 3, 4, 5, 6) };
  const view = [str('last.weight'), tensor(storage('last', 6), [2, 2], [1, 2], 1)];
  const source = zip([
    { name: 'big/data.pkl', data: pickle(dict(...pairs, ...view)) },
    { name: 'big/byteorder', data: bytesOf('little') },
    ...names.map((_, i) => ({ name: `big/data/${i}`, data: BYTES })),
    tail,
  ]);
  expect(source.size).toBeGreaterThan(count * BYTES);
  const { tensors } = await openCheckpoint(source);
  expect(tensors.size).toBe(count + 1);
  const large = names.map((name) => tensors.get(name)!);
  for (const { start, end } of source.reads)
    for (const { offset, byteLength } of large) expect(end <= offset || start >= offset + byteLength).toBe(true);
  expect(source.bytesRead).toBeLessThan(10_000);

  const last = tensors.get('last.weight')!;
  expect(last.offset).toBeGreaterThan(2 ** 32);
  expect(last.byteLength).toBe(16);
  source.reads.length = 0;
  expect([...(await readTensor(source, last))]).toEqual([2, 4, 3, 5]);
  expect(source.reads).toEqual([{ start: last.offset, end: last.offset + 16 }]);
});

test.each(['official-zip.pth', 'official-strided-views.pth'])('indexing %s reads no tensor data', async (file) => {
  const inner = fixture(file);
  const bytes = await inner.read({ start: 0, end: inner.size });
  const source = new SparseSource(file, inner.size, [{ offset: 0, bytes }]);
  const { tensors } = await openCheckpoint(source);
  const touched = [...tensors.values()].filter(({ offset, byteLength }) =>
    source.reads.some(({ start, end }) => start < offset + byteLength && end > offset),
  );
  expect(touched.map(({ name }) => name)).toEqual([]);
});

test.each([
  'official-zip.pth',
  'official.safetensors',
  'official-legacy.pth',
  'paddlevit-p2.pdparams',
  'cvt-tensorflow.h5',
])('a signal that has fired stops opening %s', async (file) => {
  const source = fixture(file);
  await expect(openCheckpoint(source, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
  const [entry] = (await openCheckpoint(source)).tensors.values();
  await expect(readTensor(source, entry!, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
});

test('the same bytes under another name are the same checkpoint', async () => {
  const bytes = await fixture('official.safetensors').read({ start: 0, end: fixture('official.safetensors').size });
  expect((await openCheckpoint(new MemorySource('renamed.pth', bytes))).format).toBe('safetensors');
});
