import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { OFFICIAL_224, OFFICIAL_384 } from '../../models/image/preprocessing.ts';
import { type EnginePage, type EngineServer, ok, openEnginePage, serveEngine } from './engine-harness.ts';

const folder = new URL('../golden/preprocess/', import.meta.url);
const PICTURES = [
  'alpha.png',
  'exif-rotated.jpg',
  'gray.jpg',
  'palette.png',
  'photo.jpg',
  'portrait.png',
  'tiny.png',
  'wide.png',
] as const;
const RECIPES = { '224': OFFICIAL_224, '384': OFFICIAL_384 } as const;

let server: EngineServer;
let chromium: EnginePage;
let expected: ReadonlyMap<string, Uint8Array>;

beforeAll(async () => {
  const source = new MemorySource('expected.safetensors', await readFile(new URL('expected.safetensors', folder)));
  const { tensors } = await openCheckpoint(source);
  const entries = [...tensors.values()].map(
    async ({ name, offset, byteLength }) =>
      [name, await source.read({ start: offset, end: offset + byteLength })] as const,
  );
  expected = new Map(await Promise.all(entries));
  server = await serveEngine();
  chromium = await openEnginePage(server, { webgpu: false });
});
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

/** What Chromium decodes and we resize and crop, against PIL. JPEG decoders may differ by a few levels in single pixels. */
describe.each(Object.keys(RECIPES) as (keyof typeof RECIPES)[])('preprocessing in Chromium at %s', (size) => {
  it.each(PICTURES)('%s', async (name) => {
    const bytes = await readFile(new URL(name, folder));
    const answer = ok(
      await chromium.page.evaluate(([n, b, p]) => window.lens.pixels(n, b, p), [
        name,
        bytes.toString('base64'),
        RECIPES[size],
      ] as const),
    );
    const actual = Buffer.from(answer.base64, 'base64');
    const wanted = expected.get(`${name}/${size}`)!;
    expect(actual).toHaveLength(wanted.length);
    let largest = 0;
    let total = 0;
    for (const [index, value] of wanted.entries()) {
      const difference = Math.abs(actual[index]! - value);
      largest = Math.max(largest, difference);
      total += difference;
    }
    if (name.endsWith('.png')) expect(largest).toBeLessThanOrEqual(1);
    else expect(total / wanted.length).toBeLessThan(1);
  });
});
