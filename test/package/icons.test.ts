import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { findAppRoot } from '../../electron/app-root.ts';

const icons = join(findAppRoot(), 'assets', 'icons');
const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

test.each([16, 24, 32, 48, 64, 96, 128, 256, 512, 1024])(
  'png/%i.png has that size, and corners that let through',
  async (size) => {
    const image = sharp(join(icons, 'png', `${size}.png`));
    expect(await image.metadata()).toMatchObject({ format: 'png', width: size, height: size, hasAlpha: true });
    const { data } = await image.raw().toBuffer({ resolveWithObject: true });
    expect(data[3]).toBeLessThan(128);
    // The middle of the lens, whose attention is the brightest there is.
    const [red, green, blue, alpha] = data.subarray(4 * (Math.floor(size * 0.375) * size + Math.floor(size * 0.625)));
    expect(alpha).toBe(255);
    expect(Math.min(red!, green!)).toBeGreaterThan(blue!);
    expect(red).toBeGreaterThan(200);
  },
);

test('icon.ico holds the sizes that Windows draws, each a picture of that size', async () => {
  const file = readFileSync(join(icons, 'icon.ico'));
  expect([file.readUInt16LE(0), file.readUInt16LE(2)]).toEqual([0, 1]);
  const sizes: number[] = [];
  for (let entry = 0; entry < file.readUInt16LE(4); entry += 1) {
    const at = 6 + 16 * entry;
    const width = file[at] || 256;
    const image = file.subarray(file.readUInt32LE(at + 12), file.readUInt32LE(at + 12) + file.readUInt32LE(at + 8));
    if (image.subarray(0, 8).equals(PNG)) expect((await sharp(image).metadata()).width).toBe(width);
    // A bitmap's header, whose height counts the mask too.
    else expect([image.readUInt32LE(0), image.readInt32LE(4), image.readInt32LE(8)]).toEqual([40, width, 2 * width]);
    sizes.push(width);
  }
  expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
});

test('icon.icns holds the types that macOS draws, each a picture of its size', async () => {
  const file = readFileSync(join(icons, 'icon.icns'));
  expect(file.toString('latin1', 0, 4)).toBe('icns');
  expect(file.readUInt32BE(4)).toBe(file.byteLength);
  const found: [type: string, size: number | 'ARGB'][] = [];
  for (let at = 8; at < file.byteLength; at += file.readUInt32BE(at + 4)) {
    const image = file.subarray(at + 8, at + file.readUInt32BE(at + 4));
    const size = image.subarray(0, 8).equals(PNG) ? (await sharp(image).metadata()).width : 'ARGB';
    if (size === 'ARGB') expect(image.toString('latin1', 0, 4)).toBe('ARGB');
    found.push([file.toString('latin1', at, at + 4), size]);
  }
  expect(found).toEqual([
    ['ic04', 'ARGB'],
    ['ic05', 'ARGB'],
    ['ic07', 128],
    ['ic08', 256],
    ['ic09', 512],
    ['ic10', 1024],
    ['ic11', 32],
    ['ic12', 64],
    ['ic13', 256],
    ['ic14', 512],
  ]);
});
