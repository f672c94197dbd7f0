import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../electron/decode-image.ts';
import { animation, bmpHeader, gradient, pngHeader } from './pictures.ts';

describe('decodeImage', () => {
  it('applies the orientation and always returns RGBA', async () => {
    const file = await gradient(20, 10).withMetadata({ orientation: 6 }).png().toBuffer();
    const pixels = await decodeImage('turned.png', file);
    expect(pixels).toMatchObject({ width: 10, height: 20 });
    expect(pixels.data).toHaveLength(10 * 20 * 4);
    // A quarter turn clockwise: what was the left edge (dark red channel) is now at the top.
    const red = (x: number, y: number) => pixels.data[(y * 10 + x) * 4]!;
    expect(red(5, 0)).toBeLessThan(red(5, 19));
  });

  it('turns grey with alpha into RGBA', async () => {
    const file = await gradient(6, 4).greyscale().ensureAlpha(0.5).png().toBuffer();
    const { data } = await decodeImage('grey.png', file);
    expect(data).toHaveLength(6 * 4 * 4);
    expect(data[0]).toBe(data[1]);
    expect(Math.abs(data[3]! - 128)).toBeLessThanOrEqual(1);
  });

  it('takes the first frame of an animation', async () => {
    const { data, height } = await decodeImage('moving.gif', await animation().gif().toBuffer());
    expect(height).toBe(20);
    expect(data[0]).toBe(20);
  });

  it.each(['avif', 'webp', 'jpeg'] as const)('decodes %s', async (format) => {
    const file = await gradient(24, 16).toFormat(format).toBuffer();
    expect(await decodeImage(`picture.${format}`, file)).toMatchObject({ width: 24, height: 16 });
  });

  it('calls a file that fails behind a good header broken', async () => {
    const file = await gradient(200, 200).png().toBuffer();
    const cut = file.subarray(0, Math.floor(file.length / 2));
    for (const bytes of [cut, pngHeader(10, 10)])
      await expect(decodeImage('half.png', bytes)).rejects.toMatchObject({
        code: 'image-broken',
        message: expect.stringContaining('half.png'),
      });
    const jpeg = await gradient(400, 300).jpeg().toBuffer();
    await expect(decodeImage('half.jpg', jpeg.subarray(0, jpeg.length / 2))).rejects.toMatchObject({
      code: 'image-broken',
    });
  });

  it('says that the command line has no BMP decoder', async () => {
    await expect(decodeImage('old.bmp', bmpHeader(4, 4))).rejects.toMatchObject({ code: 'image-unsupported' });
  });
});
