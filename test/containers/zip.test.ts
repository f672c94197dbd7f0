import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { zipDataRange } from '../../models/containers/zip-data.ts';
import { MAX_ENTRIES, readZipDirectory } from '../../models/containers/zip-directory.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { bytesOf, u16, u32, u64 } from '../formats/byte-writer.ts';
import { failure } from '../formats/expect-code.ts';
import { SparseSource } from '../formats/sources.ts';
import { zip } from '../formats/zip-writer.ts';

const FILES = [
  { name: 'a/one', data: bytesOf('first') },
  { name: 'a/zwei €', data: bytesOf('second') },
  { name: 'a/nothing', data: bytesOf() },
];
const END = 22;
const LOCATOR = 20;
const ZIP64_END = 56;

/** The file of {@link FILES} with `bytes` written over it at `at`, from its end where negative. */
async function patched(at: number, bytes: Uint8Array, options: { zip64?: boolean } = {}): Promise<MemorySource> {
  const whole = await zip(FILES, options).bytes();
  whole.set(bytes, at < 0 ? whole.length + at : at);
  return new MemorySource('made.zip', whole);
}

describe('reading', () => {
  test.each([
    ['zip64, as torch writes', {}],
    ['without zip64', { zip64: false }],
    ['with a comment', { comment: 'made by hand' }],
    ['with a comment that holds an end record', { zip64: false, comment: `PK\x05\x06${'\0'.repeat(17)}` }],
  ])('%s', async (_, options) => {
    const source = zip(FILES, options);
    const directory = await readZipDirectory(source);
    expect([...directory.entries.keys()]).toEqual(FILES.map(({ name }) => name));
    for (const { name, data } of FILES) {
      const range = await zipDataRange(source, directory, directory.entries.get(name)!);
      expect([...(await source.read(range))]).toEqual([...data]);
    }
  });

  test('sizes and offsets beyond 32 bits', async () => {
    const source = zip([
      { name: 'large', data: 2 ** 33 },
      { name: 'after', data: bytesOf('x') },
    ]);
    const directory = await readZipDirectory(source);
    const { start, end } = await zipDataRange(source, directory, directory.entries.get('large')!);
    expect(end - start).toBe(2 ** 33);
    const after = await zipDataRange(source, directory, directory.entries.get('after')!);
    expect(after.start).toBeGreaterThan(2 ** 33);
    expect([...(await source.read(after))]).toEqual([...bytesOf('x')]);
    expect(source.bytesRead).toBeLessThan(1000);
  });

  test('an archive of nothing', async () => {
    expect((await readZipDirectory(zip([]))).entries.size).toBe(0);
  });
});

describe('malformed', () => {
  const directoryOf = (files: Parameters<typeof zip>[0]) => async () => zip(files);
  test.each<[string, () => Promise<MemorySource | SparseSource>, CheckpointErrorCode]>([
    ['no end record', () => patched(-END, u32(0)), 'truncated'],
    ['a comment that is not there', () => patched(-2, u16(5)), 'truncated'],
    ['only a header', async () => new MemorySource('made.zip', bytesOf('PK\x03\x04')), 'truncated'],
    ['part of several', () => patched(-END + 4, u16(1), { zip64: false }), 'unsupported'],
    ['entries on other disks', () => patched(-END + 8, u16(1), { zip64: false }), 'unsupported'],
    ['a directory past the end', () => patched(-END + 16, u32(0x7fffffff), { zip64: false }), 'corrupt'],
    ['a directory longer than the file', () => patched(-END + 12, u32(0xfffff), { zip64: false }), 'corrupt'],
    ['a directory at the wrong byte', () => patched(-END + 16, u32(3), { zip64: false }), 'corrupt'],
    ['fewer bytes than entries need', () => patched(-END + 8, bytesOf(u16(90), u16(90)), { zip64: false }), 'corrupt'],
    ['one entry too many', () => patched(-END + 8, bytesOf(u16(4), u16(4)), { zip64: false }), 'corrupt'],
    ['a zip64 record past the end', () => patched(-END - LOCATOR + 8, u64(2 ** 40)), 'corrupt'],
    ['a zip64 record at the wrong byte', () => patched(-END - LOCATOR + 8, u64(0)), 'corrupt'],
    ['a zip64 record beyond all numbers', () => patched(-END - LOCATOR + 8, u64(2n ** 64n - 1n)), 'too-large'],
    ['zip64 in several parts', () => patched(-END - LOCATOR + 16, u32(2)), 'unsupported'],
    ['zip64 with another disk', () => patched(-END - LOCATOR - ZIP64_END + 16, u32(1)), 'unsupported'],
    ['a zip64 directory of 2^53 bytes', () => patched(-END - LOCATOR - ZIP64_END + 40, u64(2n ** 53n)), 'too-large'],
    ['a zip64 directory past the end', () => patched(-END - LOCATOR - ZIP64_END + 48, u64(2 ** 40)), 'corrupt'],
    ['an encrypted entry', directoryOf([{ name: 'a', data: bytesOf('x'), flags: 0x801 }]), 'unsupported'],
    ['an entry on another disk', directoryOf([{ name: 'a', data: bytesOf('x'), disk: 2 }]), 'unsupported'],
    ['an entry twice', directoryOf([FILES[0]!, FILES[0]!]), 'corrupt'],
    ['a name of 2,000 bytes', directoryOf([{ name: 'n'.repeat(2000), data: bytesOf() }]), 'too-large'],
    [
      'an entry past the end',
      directoryOf([{ name: 'a', data: bytesOf('x'), claims: { headerOffset: 9999 } }]),
      'corrupt',
    ],
    [
      'an entry longer than the file',
      directoryOf([{ name: 'a', data: bytesOf('x'), claims: { compressedSize: 9999 } }]),
      'corrupt',
    ],
  ])('%s', async (_, make, code) => {
    const error = await failure(async () => readZipDirectory(await make()), code);
    expect(error.message).toMatch(/^made\.zip: /);
  });

  test('a directory of a terabyte, or of a billion entries, is not read', async () => {
    const size = 2 ** 41;
    const makeEnd = (count: number, bytes: number) =>
      bytesOf(
        bytesOf('PK\x06\x06', u64(44), u32(0), u32(0), u32(0), u64(count), u64(count), u64(bytes), u64(0)),
        bytesOf('PK\x06\x07', u32(0), u64(size - END - LOCATOR - ZIP64_END), u32(1)),
        bytesOf('PK\x05\x06', u32(0), u16(0xffff), u16(0xffff), u32(0xffffffff), u32(0xffffffff), u16(0)),
      );
    for (const end of [makeEnd(2, 2 ** 40), makeEnd(MAX_ENTRIES + 1, 2 ** 23), makeEnd(1e9, 46e9)]) {
      const source = new SparseSource('made.zip', size, [{ offset: size - end.length, bytes: end }]);
      await failure(() => readZipDirectory(source), 'too-large');
      expect(source.bytesRead).toBeLessThan(200);
    }
  });

  test.each<[string, Parameters<typeof zip>[0][number], CheckpointErrorCode]>([
    ['compressed data', { name: 'a', data: bytesOf('x'), method: 8 }, 'unsupported'],
    ['stored data of two sizes', { name: 'a', data: bytesOf('xy'), claims: { size: 1 } }, 'corrupt'],
    ['no header at its offset', { name: 'a', data: bytesOf('xy'), claims: { headerOffset: 1 } }, 'corrupt'],
    [
      'data into the directory',
      { name: 'a', data: bytesOf('xy'), claims: { size: 60, compressedSize: 60 } },
      'corrupt',
    ],
  ])('%s', async (_, file, code) => {
    const source = zip([file]);
    const directory = await readZipDirectory(source);
    const error = await failure(() => zipDataRange(source, directory, directory.entries.get('a')!), code);
    expect(error.message).toMatch(/^made\.zip: .*\ba /);
  });

  test('a header of another name', async () => {
    const whole = await zip(FILES).bytes();
    whole.set(bytesOf('b'), 30);
    const source = new MemorySource('made.zip', whole);
    const directory = await readZipDirectory(source);
    await failure(() => zipDataRange(source, directory, directory.entries.get('a/one')!), 'corrupt');
  });
});
