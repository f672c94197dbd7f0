import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findAppRoot } from '../../electron/app-root.ts';
import { classify } from '../../electron/cli/classify.ts';
import { models } from '../../electron/cli/models.ts';
import { type ImportBench, openImportBench } from '../weights/imports-bench.ts';

const running = new AbortController().signal;
const sample = join(findAppRoot(), 'assets', 'samples', 'parrot.jpg');

let bench: ImportBench;
let written: string;
beforeEach(async () => {
  bench = await openImportBench();
  vi.stubEnv('CVT_LENS_HOME', dirname(bench.weights));
  written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await bench.close();
});

test.each(['official-zip.pth', 'cvt-tensorflow.h5'])('cvt classify takes an imported %s by its id', async (file) => {
  const names = Array.from({ length: 10 }, (_, index) => `bird ${index}`);
  const proposal = await bench.imports.inspect(
    [
      await bench.fixture(file),
      await bench.fixture('official-spec.json'),
      await bench.write('classes.txt', names.join('\n')),
    ],
    false,
  );
  const size = { rows: 64, cols: 64 };
  const chosen = { title: 'Birds', size, activation: 'quick_gelu', labels: 'file', place: 'copy' } as const;
  const id = await bench.imports.confirm(proposal.id, chosen);

  expect(await classify(['--checkpoint', id, '--json', sample], running)).toBe(true);
  const [answer] = JSON.parse(written);
  expect(answer).toMatchObject({ model: id, top: { length: 5 } });
  for (const { index, label } of answer.top) expect(label).toBe(names[index]);

  written = '';
  await models([], running);
  expect(written).toMatch(/^imported:birds +.* installed$/m);
});

test('an import that is not there is not to be pulled', async () => {
  await expect(classify(['--checkpoint', 'imported:gone', sample], running)).rejects.toMatchObject({
    code: 'not-installed',
    message: expect.not.stringContaining('cvt pull'),
  });
});
