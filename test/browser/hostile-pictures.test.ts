import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { preprocessingFor } from '../../models/image/preprocessing.ts';
import { HOSTILE_PICTURES } from '../attacks/hostile-pictures.ts';
import { SEEDS } from '../attacks/picture-seeds.ts';
import { mutate, random } from '../mutations.ts';
import { type EnginePage, type EngineServer, openEnginePage, serveEngine } from './engine-harness.ts';

/** The engine's reader in Chromium on the files that test/attacks/pictures.test.ts gives to Node's. */

const PREPROCESSING = preprocessingFor({ rows: 32, cols: 32 });
const ROUNDS = 60;

let server: EngineServer;
let engine: EnginePage;
let page: Page;

beforeAll(async () => {
  server = await serveEngine();
  engine = await openEnginePage(server, { webgpu: false });
  page = engine.page;
});

afterAll(async () => {
  await engine?.close();
  await server?.close();
});

/** What each file ends in: `picture`, or the error's code. An error that is none of ours has the name of its class before it. */
function outcomes(files: readonly Uint8Array[]): Promise<readonly string[]> {
  const texts = files.map((bytes) => Buffer.from(bytes).toString('base64'));
  return page.evaluate(
    async ({ texts, preprocessing }) => {
      const ends: string[] = [];
      for (const text of texts) {
        const answer = await window.lens.pixels('holiday.png', text, preprocessing);
        if (answer.ok) ends.push('picture');
        else if (answer.name !== 'ImageError' || !answer.message.startsWith('holiday.png: '))
          ends.push(`${answer.name}: ${answer.message}`);
        else ends.push(answer.code);
      }
      return ends;
    },
    { texts, preprocessing: PREPROCESSING },
  );
}

test.each(HOSTILE_PICTURES)('$name', async ({ bytes, end }) => {
  const [result] = await outcomes([await bytes()]);
  if (end === 'harmless') expect(['picture', 'image-broken']).toContain(result);
  else expect(result).toBe(end);
});

describe.each(Object.entries(SEEDS))('a mutated %s', (_, seed) => {
  test('ends in a picture or an ImageError', async () => {
    const original = await seed();
    const regions = [
      { start: 0, end: Math.min(64, original.length) },
      { start: 0, end: original.length },
    ];
    const files = Array.from({ length: ROUNDS }, (__, round) => mutate(original, regions, random(round)));
    const ends = await outcomes(files);
    for (const [round, end] of ends.entries()) expect(end, `round ${round}`).toMatch(/^(picture|image-[a-z-]+)$/);
    expect(new Set(ends).size, JSON.stringify(ends)).toBeGreaterThanOrEqual(2);
  });
});

test('after all of that the next picture is read', async () => {
  const picture = await SEEDS.PNG!();
  expect(await outcomes([picture])).toEqual(['picture']);
});
