import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { ImageErrorCode } from '../../models/errors.ts';
import { ascii, bmpHeader, pngHeader } from '../image/pictures.ts';
import {
  bytesOf,
  deflated,
  find,
  gif,
  gifFrame,
  ihdr,
  jpegScans,
  patched,
  png,
  pngChunk,
  pngOf,
  u32,
} from './picture-parts.ts';

/** A picture that is none, or more than it seems. */
export interface HostilePicture {
  readonly name: string;
  readonly bytes: () => Promise<Uint8Array> | Uint8Array;
  /** What both readers end in: a refusal, or `harmless`, a picture or a refusal after little work. */
  readonly end: ImageErrorCode | 'harmless';
}

const MIB = 2 ** 20;
const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#808080' } });
const text = (content: string) => () => ascii(content);

/** Bombs: small files that declare, or unpack to, far more than they have. */
const BOMBS: readonly HostilePicture[] = [
  {
    name: 'a PNG whose pixels unpack to 100 times its size',
    bytes: () => pngOf(ihdr(10, 10), pngChunk('IDAT', deflated(100 * MIB)), pngChunk('IEND')),
    end: 'harmless',
  },
  ...['iCCP', 'zTXt', 'iTXt'].map(
    (type): HostilePicture => ({
      name: `a PNG whose ${type} unpacks to 100 MiB`,
      bytes: () =>
        png(10, 10, [pngChunk(type, bytesOf(type === 'iTXt' ? 'x\0\x01\0\0\0' : 'x\0\0', deflated(100 * MIB)))]),
      end: 'harmless',
    }),
  ),
  {
    name: 'a PNG of ten thousand packed texts',
    bytes: () => {
      const chunk = pngChunk('zTXt', bytesOf('x\0\0', deflateSync(Buffer.alloc(100_000))));
      return png(10, 10, [Buffer.concat(Array.from({ length: 10_000 }, () => chunk))]);
    },
    end: 'harmless',
  },
  {
    name: 'a PNG of 69 bytes that declares 100,000×100,000 pixels',
    bytes: () => pngHeader(100_000, 100_000),
    end: 'image-too-large',
  },
  { name: 'a PNG of 2³¹ pixels a side', bytes: () => pngHeader(2 ** 31, 2 ** 31), end: 'image-too-large' },
  { name: 'a PNG one pixel too many', bytes: () => pngHeader(10_001, 10_000), end: 'image-too-large' },
  { name: 'a PNG of 10,000,000×1', bytes: () => pngHeader(10_000_000, 1), end: 'image-too-large' },
  {
    name: 'a JPEG of 65,500×65,500 in 300 bytes',
    bytes: async () => withFrame(await flat(8, 8).jpeg().toBuffer(), 65_500, 65_500),
    end: 'image-too-large',
  },
  {
    name: 'a JPEG with a second frame header of 32,767×32,767',
    bytes: async () => {
      const small = await flat(8, 8).jpeg().toBuffer();
      const { at, length } = frameOf(small);
      const second = withFrame(small, 32_767, 32_767).subarray(at, at + length);
      return bytesOf(small.subarray(0, at + length), second, small.subarray(at + length));
    },
    end: 'image-broken',
  },
  {
    name: 'a progressive JPEG of a thousand scans',
    bytes: async () => {
      const picture = await flat(640, 640).jpeg({ progressive: true }).toBuffer();
      const scans = jpegScans(picture);
      const last = picture.subarray(scans.at(-2), scans.at(-1));
      return bytesOf(picture.subarray(0, scans.at(-1)), ...Array.from({ length: 1000 }, () => last), [0xff, 0xd9]);
    },
    end: 'image-too-large',
  },
  {
    name: 'a JPEG of a thousand scans of one component without data',
    bytes: async () => {
      const picture = await flat(640, 640).jpeg().toBuffer();
      const [first = 0] = jpegScans(picture);
      const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
      return bytesOf(picture.subarray(0, first), ...Array.from({ length: 1000 }, () => scan), [0xff, 0xd9]);
    },
    end: 'image-too-large',
  },
  {
    name: 'a GIF of 65,535×65,535',
    bytes: () => gif(65_535, 65_535, [gifFrame(0, 0, 65_535, 65_535)]),
    end: 'image-too-large',
  },
  {
    name: 'a GIF of 1×1 with a frame of 65,535×65,535',
    bytes: () => gif(1, 1, [gifFrame(0, 0, 65_535, 65_535)]),
    end: 'image-broken',
  },
  {
    name: 'a GIF of 1×1 with a frame far outside',
    bytes: () => gif(1, 1, [gifFrame(60_000, 60_000, 5000, 5000)]),
    end: 'image-broken',
  },
  {
    name: 'a GIF of a hundred thousand frames',
    bytes: () => gif(100, 100, [Buffer.concat(Array.from({ length: 100_000 }, () => gifFrame(0, 0, 1, 1)))]),
    end: 'harmless',
  },
  {
    name: 'an animated PNG that announces four billion frames',
    bytes: () => png(10, 10, [pngChunk('acTL', bytesOf(u32(0xffffffff), u32(0)))]),
    end: 'harmless',
  },
  {
    name: 'a lossless WebP of 16,384×16,384 in 38 bytes',
    bytes: async () => patched(await flat(8, 8).webp({ lossless: true }).toBuffer(), 21, [0xff, 0xff, 0xff, 0x0f]),
    end: 'image-too-large',
  },
  ...[7, 9000].map(
    (side): HostilePicture => ({
      name: `a WebP of 640×640 whose canvas is ${side + 1}×${side + 1}`,
      bytes: async () => {
        const picture = await flat(640, 640).withMetadata({ orientation: 6 }).webp().toBuffer();
        return patched(picture, 24, [side & 255, side >> 8, 0, side & 255, side >> 8, 0]);
      },
      end: 'image-broken',
    }),
  ),
  {
    name: 'an AVIF that declares 20,000×20,000',
    bytes: async () => withAvifSize(await flat(8, 8).avif().toBuffer(), 20_000),
    end: 'image-too-large',
  },
  {
    name: 'an AVIF of 1500×1500 that declares 8×8',
    bytes: async () => withAvifSize(await flat(1500, 1500).avif().toBuffer(), 8),
    end: 'harmless',
  },
  { name: 'a bitmap of 30,000×30,000 without pixels', bytes: () => bmpHeader(30_000, 30_000), end: 'image-too-large' },
  { name: 'a bitmap of −2³¹ rows', bytes: () => bmpHeader(1, -(2 ** 31)), end: 'image-too-large' },
];

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">';

/** What is no picture, or not only one. */
const STRANGERS: readonly HostilePicture[] = [
  { name: 'an SVG', bytes: text(`${SVG}<rect width="10" height="10"/></svg>`), end: 'image-unsupported' },
  {
    name: 'an SVG with a script',
    bytes: text(`${SVG}<script>fetch("http://evil.example")</script></svg>`),
    end: 'image-unsupported',
  },
  {
    name: 'an SVG with onload',
    bytes: text(`${SVG.replace('>', ' onload="alert(1)">')}</svg>`),
    end: 'image-unsupported',
  },
  {
    name: 'an SVG that refers to another host',
    bytes: text(`${SVG}<image href="http://evil.example/x.png"/><use href="http://evil.example/#a"/></svg>`),
    end: 'image-unsupported',
  },
  {
    name: 'an SVG with HTML in it',
    bytes: text(
      `${SVG}<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="http://evil.example"/></foreignObject></svg>`,
    ),
    end: 'image-unsupported',
  },
  {
    name: 'an SVG of entities that multiply',
    bytes: text(
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>${SVG}&b;</svg>`,
    ),
    end: 'image-unsupported',
  },
  {
    name: 'an SVG with a file as an entity',
    bytes: text(`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${SVG}&x;</svg>`),
    end: 'image-unsupported',
  },
  {
    name: 'an SVG behind a long comment',
    bytes: text(`<!--${'x'.repeat(5000)}-->${SVG}</svg>`),
    end: 'image-unknown-format',
  },
  {
    name: 'a packed SVG',
    bytes: () => bytesOf([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], 'rest'),
    end: 'image-unknown-format',
  },
  { name: 'a web page', bytes: text('<!doctype html><script>alert(1)</script>'), end: 'image-unknown-format' },
  {
    name: 'an XML file that asks for another',
    bytes: text('<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><x/>'),
    end: 'image-unknown-format',
  },
  { name: 'PostScript', bytes: text('%!PS-Adobe-3.0\n(/etc/passwd) (r) file'), end: 'image-unsupported' },
  { name: 'a zip file', bytes: text('PK\x03\x04\x14\0\0\0\x08\0'), end: 'image-unknown-format' },
  { name: 'a program', bytes: text('\x7fELF\x02\x01\x01\0'), end: 'image-unknown-format' },
  { name: 'a Windows program', bytes: text('MZ\x90\0\x03\0\0\0'), end: 'image-unknown-format' },
  { name: 'a pickle', bytes: text('\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R.'), end: 'image-unknown-format' },
  { name: 'a safetensors file', bytes: text('\x10\0\0\0\0\0\0\0{"a":{}}        '), end: 'image-unknown-format' },
  {
    name: 'ImageMagick’s own scripts',
    bytes: text('push graphic-context\nviewbox 0 0 1 1\nimage over 0,0 0,0 "|id"\n'),
    end: 'image-unknown-format',
  },
  {
    name: 'a list of frames for ffmpeg',
    bytes: text('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'),
    end: 'image-unknown-format',
  },
  {
    name: 'a GIF that is a script too',
    bytes: () => bytesOf('GIF89a/*', Buffer.alloc(20), '*/=1;alert(1)'),
    end: 'harmless',
  },
  {
    name: 'a PNG with a web page behind it',
    bytes: () => bytesOf(png(10, 10), '<script>alert(1)</script>'),
    end: 'harmless',
  },
  {
    name: 'a JPEG with a zip file behind it',
    bytes: async () => bytesOf(await flat(8, 8).jpeg().toBuffer(), 'PK\x03\x04', Buffer.alloc(200, 0xff)),
    end: 'harmless',
  },
  {
    name: 'a bitmap that begins its pixels beyond its end',
    bytes: () => patched(Buffer.from(bmpHeader(4, 4)), 10, [0xff, 0xff, 0xff, 0x7f]),
    end: 'harmless',
  },
];

export const HOSTILE_PICTURES: readonly HostilePicture[] = [...BOMBS, ...STRANGERS];

function frameOf(jpeg: Buffer): { at: number; length: number } {
  const at = jpeg.indexOf(Buffer.of(0xff, 0xc0));
  if (at < 0) throw new Error('The JPEG has no frame header.');
  return { at, length: 2 + jpeg.readUInt16BE(at + 2) };
}

function withFrame(jpeg: Buffer, width: number, height: number): Buffer {
  const { at } = frameOf(jpeg);
  return patched(jpeg, at + 5, [height >> 8, height & 255, width >> 8, width & 255]);
}

function withAvifSize(avif: Buffer, side: number): Buffer {
  return patched(avif, find(avif, 'ispe') + 8, bytesOf(u32(side), u32(side)));
}
