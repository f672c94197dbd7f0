import { describe, expect, test } from 'vitest';
import { Cursor } from '../../models/bytes/cursor.ts';
import { failure } from '../formats/expect-code.ts';

const counted = (length: number) => Uint8Array.from({ length }, (_, i) => i + 1);

describe('Cursor', () => {
  test('reads every field little-endian and keeps its place', () => {
    const cursor = new Cursor(counted(40), 'a.bin', 100);
    expect(cursor.u8()).toBe(0x01);
    expect(cursor.u16()).toBe(0x0302);
    expect(cursor.u32()).toBe(0x07060504);
    expect([...cursor.bytes(2)]).toEqual([8, 9]);
    cursor.skip(1);
    expect([cursor.position, cursor.offset, cursor.remaining]).toEqual([10, 110, 30]);
    expect([...(cursor.bytesUntil(13, 2) ?? [])]).toEqual([11, 12]);
    expect(cursor.u8()).toBe(14);
  });

  test.each([
    ['i32', [0xfe, 0xff, 0xff, 0xff], (c: Cursor) => c.i32(), -2],
    ['u32', [0xfe, 0xff, 0xff, 0xff], (c: Cursor) => c.u32(), 0xfffffffe],
    ['u64', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0], (c: Cursor) => c.u64(), Number.MAX_SAFE_INTEGER],
    ['f64', [0xc0, 0x04, 0, 0, 0, 0, 0, 0], (c: Cursor) => c.f64BigEndian(), -2.5],
  ])('%s', (_, bytes, read, expected) => {
    expect(read(new Cursor(Uint8Array.from(bytes), 'a.bin'))).toBe(expected);
  });

  test('reads a view into a larger buffer from the view only', async () => {
    const cursor = new Cursor(counted(8).subarray(2, 4), 'a.bin');
    expect(cursor.u16()).toBe(0x0403);
    await failure(() => cursor.u8(), 'truncated');
  });

  test.each<[string, (cursor: Cursor) => unknown]>([
    ['u8', (c) => c.u8()],
    ['u16', (c) => c.u16()],
    ['u32', (c) => c.u32()],
    ['i32', (c) => c.i32()],
    ['u64', (c) => c.u64()],
    ['f64', (c) => c.f64BigEndian()],
    ['bytes', (c) => c.bytes(1)],
    ['skip', (c) => c.skip(1)],
    ['bytesUntil', (c) => c.bytesUntil(0, 64)],
    ['a negative length', (c) => c.bytes(-1)],
    ['a length that is no number', (c) => c.skip(Number.NaN)],
  ])('%s past the end names the file and the byte in it', async (_, read) => {
    const cursor = new Cursor(counted(3), 'weights.pth', 1000);
    cursor.skip(3);
    const error = await failure(() => read(cursor), 'truncated');
    expect(error.message).toContain('weights.pth');
    expect(error.message).toContain('byte 1003');
    expect(cursor.position).toBe(3);
  });

  test('a number beyond 2^53 − 1 is no size', async () => {
    const cursor = new Cursor(Uint8Array.from([0, 0, 0, 0, 0, 0, 0x20, 0]), 'a.bin');
    const error = await failure(() => cursor.u64(), 'too-large');
    expect(error.message).toContain('9007199254740992');
  });
});
