import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../models/bytes/npy.ts';

/** Reads what numpy.lib.format describes, and nothing else. */
function parseNpy(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  expect([...file.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const length = view.getUint16(8, true);
  const header = new TextDecoder('latin1').decode(file.subarray(10, 10 + length));
  const match = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/.exec(header);
  expect(match, header).not.toBeNull();
  const shape = match![1]!
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const start = 10 + length;
  expect(start % 64).toBe(0);
  const values = Array.from({ length: (file.byteLength - start) / 4 }, (_, i) => view.getFloat32(start + i * 4, true));
  return { shape, values };
}

describe('writeNpy', () => {
  it.each<readonly [readonly number[]]>([
    [[2, 3]],
    [[3]],
    [[1, 1]],
    [[0, 4]],
    [[2, 3, 4]],
    // Headers just before, at and behind the next multiple of 64.
    [[1, 1, 1, 1, 1, 1, 1]],
    [[1, 1, 1, 1, 1, 1, 1, 1]],
    [Array.from({ length: 24 }, () => 1)],
  ])('writes an array of shape %j', (shape) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.fround(i / 7 - 0.5));
    expect(parseNpy(writeNpy(values, shape))).toEqual({ shape, values: [...values] });
  });

  it('writes what NumPy writes, byte for byte', () => {
    // numpy.save of numpy.array([[1.5, -2.0]], dtype=numpy.float32), as the format page lays it out: magic, version, the
    // header's length of 118, the dictionary padded with spaces to a newline at byte 127, the values.
    const dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    const header = Buffer.from(`${dictionary}${' '.repeat(117 - dictionary.length)}\n`, 'latin1');
    const fixture = Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00]),
      header,
      Buffer.from([0x00, 0x00, 0xc0, 0x3f, 0x00, 0x00, 0x00, 0xc0]),
    ]);
    expect(Buffer.from(writeNpy(Float32Array.of(1.5, -2), [1, 2]))).toEqual(fixture);
  });

  it('keeps every bit of the values', () => {
    const bits = Uint32Array.of(0x00000001, 0x7f7fffff, 0x80000000, 0xff800000);
    const { values } = parseNpy(writeNpy(new Float32Array(bits.buffer), [4]));
    expect(new Uint32Array(Float32Array.from(values).buffer)).toEqual(bits);
  });

  it('refuses a shape that the values do not fill', () => {
    expect(() => writeNpy(new Float32Array(5), [2, 3])).toThrow(RangeError);
  });
});
