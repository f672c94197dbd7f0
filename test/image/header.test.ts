import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { CancelledError, ImageError, type ImageErrorCode } from '../../models/errors.ts';
import { orientedSize, readImageHeader, readImageHeaderFrom } from '../../models/image/header.ts';
import { animation, ascii, bmpHeader, concat, gradient, pngHeader, segment } from './pictures.ts';

const PREPROCESS = new URL('../golden/preprocess/', import.meta.url);
const SOI = [0xff, 0xd8];

/** A PNG with the chunk that says how many frames an animation has, which stands between header and pixels. */
function animatedPng(png: Uint8Array, frames: number): Uint8Array {
  const afterHeader = 33;
  const control = [0, 0, 0, 8, ...ascii('acTL'), 0, 0, 0, frames, 0, 0, 0, 0, 0, 0, 0, 0];
  return concat(png.subarray(0, afterHeader), control, png.subarray(afterHeader));
}

describe('readImageHeader', () => {
  const real: [label: string, bytes: () => Promise<Uint8Array>, expected: object][] = [
    ['png', () => gradient(40, 25).png().toBuffer(), { format: 'png', width: 40, height: 25, animated: false }],
    ['interlaced png', () => gradient(7, 9).png({ progressive: true }).toBuffer(), { width: 7, height: 9 }],
    [
      'jpeg',
      () => gradient(41, 25).jpeg().toBuffer(),
      { format: 'jpeg', mimeType: 'image/jpeg', width: 41, height: 25 },
    ],
    ['progressive jpeg', () => gradient(33, 65).jpeg({ progressive: true }).toBuffer(), { width: 33, height: 65 }],
    [
      'lossy webp',
      () => gradient(42, 26).webp().toBuffer(),
      { format: 'webp', width: 42, height: 26, animated: false },
    ],
    ['lossless webp', () => gradient(300, 17).webp({ lossless: true }).toBuffer(), { width: 300, height: 17 }],
    ['animated webp', () => animation().webp().toBuffer(), { width: 30, height: 20, animated: true, frames: 2 }],
    [
      'gif',
      () => gradient(43, 27).gif().toBuffer(),
      { format: 'gif', width: 43, height: 27, animated: false, frames: 1 },
    ],
    ['animated gif', () => animation().gif().toBuffer(), { width: 30, height: 20, animated: true, frames: 2 }],
    ['animated png', async () => animatedPng(await gradient(12, 9).png().toBuffer(), 3), { animated: true, frames: 3 }],
    [
      'png with one frame',
      async () => animatedPng(await gradient(12, 9).png().toBuffer(), 1),
      { animated: false, frames: 1 },
    ],
    ['avif', () => gradient(44, 28).avif().toBuffer(), { format: 'avif', width: 44, height: 28, orientation: 1 }],
    ['bmp', async () => bmpHeader(45, 29), { format: 'bmp', width: 45, height: 29 }],
    ['top-down bmp', async () => bmpHeader(45, -29), { width: 45, height: 29 }],
    [
      'rotated jpeg',
      async () => readFileSync(new URL('exif-rotated.jpg', PREPROCESS)),
      { width: 360, height: 480, orientation: 6 },
    ],
    ['palette png', async () => readFileSync(new URL('palette.png', PREPROCESS)), { width: 300, height: 300 }],
  ];
  it.each(real)('reads a %s', async (_, bytes, expected) => {
    expect(readImageHeader('picture', await bytes())).toMatchObject(expected);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('reads EXIF orientation %i from JPEG, PNG and WebP', async (orientation) => {
    const picture = gradient(20, 10).withMetadata({ orientation });
    const files = [
      await picture.clone().jpeg().toBuffer(),
      await picture.clone().png().toBuffer(),
      await picture.clone().webp().toBuffer(),
    ];
    for (const file of files) {
      const header = readImageHeader('picture', file);
      expect(header).toMatchObject({ width: 20, height: 10, orientation });
      expect(orientedSize(header).width).toBe(orientation >= 5 ? 10 : 20);
    }
  });

  const refused: [label: string, bytes: Uint8Array, code: ImageErrorCode, words: RegExp][] = [
    ['no bytes', new Uint8Array(), 'image-empty', /empty/],
    ['text', ascii('hello, world'), 'image-unknown-format', /PNG, JPEG/],
    ['one byte', Uint8Array.of(0x89), 'image-unknown-format', /PNG, JPEG/],
    [
      'HEIC',
      ascii('\0\0\0\x18ftypheic\0\0\0\0mif1heic'),
      'image-unsupported',
      /can't decode HEIC\. Convert it to JPEG/,
    ],
    ['video', ascii('\0\0\0\x14ftypisom\0\0\0\0mp42'), 'image-unsupported', /video/],
    ['TIFF', ascii('II*\0\x08\0\0\0'), 'image-unsupported', /TIFF/],
    ['PDF', ascii('%PDF-1.7\n'), 'image-unsupported', /PDF/],
    ['Photoshop', ascii('8BPS\0\x01'), 'image-unsupported', /Photoshop/],
    ['JPEG XL', ascii('\0\0\0\x0cJXL \r\n\x87\n'), 'image-unsupported', /JPEG XL/],
    ['SVG', ascii('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">'), 'image-unsupported', /SVG/],
    ['arithmetic JPEG', concat(SOI, segment(0xc9, Uint8Array.of(8, 0, 9, 0, 9, 3))), 'image-unsupported', /arithmetic/],
    ['12-bit JPEG', concat(SOI, segment(0xc1, Uint8Array.of(12, 0, 9, 0, 9, 3))), 'image-unsupported', /12 bits/],
    ['120 MP', pngHeader(12000, 10000), 'image-too-large', /12000×10000 pixels are 120\.0 MP.*100 MP/],
    ['a side of 2 million', pngHeader(2_000_000, 1), 'image-too-large', /2000000×1 pixels/],
    ['sides of 2³² − 1', pngHeader(0xffffffff, 0xffffffff), 'image-too-large', /MP/],
    ['no width', pngHeader(0, 10), 'image-broken', /0×10/],
    ['cut PNG', pngHeader(10, 10).subarray(0, 20), 'image-broken', /ends inside its header/],
    ['PNG without IHDR', pngHeader(10, 10).fill(65, 12, 16), 'image-broken', /IHDR/],
    ['cut JPEG', Uint8Array.of(...SOI, 0xff, 0xe0, 0, 16), 'image-broken', /ends inside its header/],
    ['JPEG without frame', Uint8Array.of(...SOI, 0xff, 0xd9), 'image-broken', /frame/],
    ['JPEG of noise', Uint8Array.of(...SOI, 0xff, 0xe0, 0, 4, 1, 2, 3, 4, 5, 6), 'image-broken', /marker/],
    ['JPEG segment of length 0', Uint8Array.of(...SOI, 0xff, 0xe0, 0, 0, 0, 0), 'image-broken', /length/],
    ['cut GIF', ascii('GIF89a\x01'), 'image-broken', /ends inside its header/],
    ['cut WebP', ascii('RIFF\x04\0\0\0WEBP'), 'image-broken', /ends inside its header/],
    ['WebP of an unknown chunk', ascii('RIFF\x10\0\0\0WEBPABCD\x04\0\0\0....'), 'image-broken', /chunk/],
    ['bitmap header of 7 bytes', bmpHeader(4, 4).fill(7, 14, 15), 'image-broken', /7 bytes/],
    ['AVIF without meta', ascii('\0\0\0\x14ftypavif\0\0\0\0avif'), 'image-broken', /meta/],
    ['AVIF of tiny boxes', ascii('\0\0\0\x14ftypavif\0\0\0\0avif\0\0\0\x02meta'), 'image-broken', /box/],
  ];
  it.each(refused)('refuses %s', (_, bytes, code, words) => {
    const error = caught(() => readImageHeader('holiday.xyz', bytes));
    expect(error).toBeInstanceOf(ImageError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
    expect((error as Error).message).toMatch(/^holiday\.xyz: .*\.$/);
  });

  it('answers every cut of a real file with a header or an ImageError', async () => {
    const files = [
      await gradient(20, 10).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      await gradient(20, 10).withMetadata({ orientation: 6 }).webp().toBuffer(),
      await gradient(20, 10).avif().toBuffer(),
      await animation().gif().toBuffer(),
      await gradient(20, 10).png().toBuffer(),
    ];
    for (const file of files)
      for (let length = 0; length < file.length; length++) {
        const error = caught(() => readImageHeader('cut', file.subarray(0, length)));
        if (error !== null) expect(error).toBeInstanceOf(ImageError);
      }
  });
});

describe('readImageHeaderFrom', () => {
  it('reads on behind megabytes of JPEG metadata', async () => {
    const picture = await gradient(20, 10).jpeg().toBuffer();
    const filler = segment(0xe2, new Uint8Array(65_000));
    const bytes = Buffer.concat([Buffer.from(SOI), ...Array.from({ length: 60 }, () => filler), picture.subarray(2)]);
    let read = 0;
    const source = new MemorySource('heavy.jpg', bytes);
    const counted = {
      name: source.name,
      size: source.size,
      read: (range: { start: number; end: number }) => {
        read = Math.max(read, range.end);
        return source.read(range);
      },
    };
    expect(await readImageHeaderFrom(counted)).toMatchObject({ format: 'jpeg', width: 20, height: 10 });
    expect(read).toBeGreaterThan(60 * 65_000);
  });

  it('reads only the beginning of a large file', async () => {
    const bytes = new Uint8Array(4 << 20);
    bytes.set(pngHeader(30, 40));
    const source = new MemorySource('large.png', bytes);
    const ends: number[] = [];
    const header = await readImageHeaderFrom({
      name: source.name,
      size: source.size,
      read: (range) => {
        ends.push(range.end);
        return source.read(range);
      },
    });
    expect(header).toMatchObject({ width: 30, height: 40 });
    expect(Math.max(...ends)).toBeLessThan(1 << 20);
  });

  it('tells a cut file, an unreadable one and a withdrawn request apart', async () => {
    const cut = new MemorySource('cut.jpg', Uint8Array.of(...SOI, 0xff, 0xe0, 0, 16));
    await expect(readImageHeaderFrom(cut)).rejects.toMatchObject({ code: 'image-broken' });
    const gone = { name: 'gone.jpg', size: 10, read: () => Promise.reject(new Error('EIO')) };
    await expect(readImageHeaderFrom(gone)).rejects.toMatchObject({ code: 'image-unreadable' });
    const aborted = readImageHeaderFrom(new MemorySource('a.png', pngHeader(1, 1)), AbortSignal.abort());
    await expect(aborted).rejects.toBeInstanceOf(CancelledError);
  });
});

function caught(action: () => unknown): unknown {
  try {
    action();
    return null;
  } catch (error) {
    return error;
  }
}
