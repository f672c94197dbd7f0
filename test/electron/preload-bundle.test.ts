import { type RolldownOptions, rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import config from '../../rolldown.config.mjs';

const preloads: RolldownOptions[] = [config].flat().filter(({ output }) => [output].flat()[0]?.format === 'cjs');

test('both preload scripts are built', () => {
  expect(preloads.flatMap(({ input }) => Object.keys(input ?? {}))).toEqual(['preload', 'engine-preload']);
});

// A sandboxed preload script can require nothing else; one that tries leaves its window without the bridge.
test.each(preloads)('preload script $input is one file that needs electron alone', async ({ output, ...input }) => {
  const bundle = await rolldown(input);
  try {
    const { output: files } = await bundle.generate({ ...[output].flat()[0], sourcemap: false });
    expect(files.map((file) => (file.type === 'chunk' ? file.imports : 'asset'))).toEqual([['electron']]);
  } finally {
    await bundle.close();
  }
});
