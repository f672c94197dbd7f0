import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../electron/decode-image.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { ImageError } from '../../models/errors.ts';
import { MAX_IMAGE_PIXELS, readImageHeader, readImageHeaderFrom } from '../../models/image/header.ts';
import { gradient } from '../image/pictures.ts';
import { mutate, random } from '../mutations.ts';
import { HOSTILE_PICTURES } from './hostile-pictures.ts';
import { bytesOf, jpegScans } from './picture-parts.ts';
import { SEEDS } from './picture-seeds.ts';

/** Node's reader: the header judged in TypeScript, decoded by sharp. test/browser has Chromium read the same files. */

/** What a picture ends in: its size, or the error's code. @throws whatever is no ImageError, and one that does not name the file */
async function outcome(name: string, bytes: Uint8Array): Promise<string> {
  try {
    const { data, width, height } = await decodeImage(name, bytes);
    if (data.length !== width * height * 4) throw new Error(`${data.length} bytes for ${width}×${height}`);
    return 'picture';
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    expect(error.message.startsWith(`${name}: `), error.message).toBe(true);
    expect(error.message).not.toMatch(/[\n\r\0]/);
    expect(error.message.length).toBeLessThan(400);
    return error.code;
  }
}

test.each(HOSTILE_PICTURES)('$name', async ({ bytes, end }) => {
  const result = await outcome('holiday.png', await bytes());
  if (end === 'harmless') expect(['picture', 'image-broken', 'image-unsupported']).toContain(result);
  else expect(result).toBe(end);
});

test.each([
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', /can't decode SVG\. Convert it to JPEG or PNG/],
  ['a web page', '<!doctype html>', /not a picture in a format that is known here\. PNG, JPEG/],
])('the refusal of %s says what to do', (_, content, words) => {
  expect(() => readImageHeader('a.png', Buffer.from(content))).toThrow(words);
});

describe.each(Object.entries(SEEDS))('a mutated %s', (_name, seed) => {
  test('ends in a picture or an ImageError', async () => {
    const original = await seed();
    const seen = new Map<string, number>();
    for (let round = 0; round < 150; round++) {
      const bytes = mutate(original, regions(original), random(round));
      const result = await outcome('mutated', bytes).catch((error: unknown) => {
        throw new Error(`Round ${round} ended in ${error}.`, { cause: error });
      });
      seen.set(result, (seen.get(result) ?? 0) + 1);
    }
    // The mutations must matter.
    expect(seen.size, JSON.stringify([...seen])).toBeGreaterThanOrEqual(2);
  });

  test('header is judged alike wherever the bytes lie and however they are read, and never beyond its limits', async () => {
    const original = await seed();
    for (let round = 0; round < 600; round++) {
      const bytes = mutate(original, [{ start: 0, end: original.length }], random(10_000 + round));
      const room = new Uint8Array(bytes.length + 64).fill(round);
      room.set(bytes, 32);
      const alone = judged(bytes);
      expect(judged(room.subarray(32, 32 + bytes.length))).toEqual(alone);
      const read = await readImageHeaderFrom(new MemorySource('mutated', bytes)).catch((error: unknown) => error);
      if (alone instanceof ImageError) expect(read).toEqual(alone);
      else if (read instanceof Error) expect(read).toMatchObject({ code: 'image-too-large' });
      else expect(read).toEqual(alone);
      if (alone instanceof Error) continue;
      expect(alone.width * alone.height).toBeLessThanOrEqual(MAX_IMAGE_PIXELS);
      expect(Number.isSafeInteger(alone.width) && alone.width > 0).toBe(true);
      expect(Number.isSafeInteger(alone.height) && alone.height > 0).toBe(true);
      expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(alone.orientation);
    }
  });
});

test('noise behind every signature is judged', () => {
  const signatures = [
    '\x89PNG\r\n\x1a\n',
    '\xff\xd8\xff',
    'GIF89a',
    'RIFF\xff\xff\xff\xffWEBPVP8X',
    'RIFF\0\0\0\0WEBPVP8L',
    'BM\0\0\0\0\0\0\0\0',
    '\0\0\0\x14ftypavif\0\0\0\0avif',
  ];
  const next = random(7);
  for (const signature of signatures)
    for (let round = 0; round < 300; round++) {
      const noise = Uint8Array.from({ length: next(400) }, () => (next(3) === 0 ? 0 : next(256)));
      judged(bytesOf(signature, noise));
    }
});

test('many scans are counted to the picture’s end and no further', async () => {
  const picture = await gradient(64, 64).jpeg({ progressive: true }).toBuffer();
  const scans = jpegScans(picture);
  expect(scans.length - 1).toBeGreaterThan(3);
  // As in a phone's file with more pictures or a film behind the first.
  const behind = bytesOf(picture, ...Array.from({ length: 40 }, () => picture));
  expect(await readImageHeaderFrom(new MemorySource('a.jpg', behind))).toMatchObject({ width: 64, severalScans: true });
});

test('an ordinary JPEG is read no further than its header', async () => {
  const picture = await gradient(64, 64).jpeg().toBuffer();
  expect(readImageHeader('a.jpg', picture)).toMatchObject({ severalScans: false });
});

/** Headers are where most is decided. */
function regions(bytes: Uint8Array) {
  return [
    { start: 0, end: Math.min(64, bytes.length) },
    { start: 0, end: bytes.length },
  ];
}

function judged(bytes: Uint8Array) {
  try {
    return readImageHeader('mutated', bytes);
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}
