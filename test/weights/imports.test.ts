import { appendFile, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportFile } from '../../electron/weights/import-files.ts';
import { freeImportId, parseModelId } from '../../electron/weights/model-id.ts';
import { folderName, idOfFolder } from '../../electron/weights/weights-folder.ts';
import { parseLabels } from '../../models/evaluation/label-list.ts';
import type { ImportChoices, ImportProposal } from '../../renderer/shell/model-library.ts';
import { filesBelow } from '../hub/library-on-hub.ts';
import { fixturePath, type ImportBench, openImportBench, withLastNumber } from './imports-bench.ts';

const CHOICES: ImportChoices = {
  title: 'Mine',
  size: { rows: 64, cols: 96 },
  activation: 'gelu',
  labels: 'index',
  place: 'copy',
};
const running = new AbortController().signal;

let bench: ImportBench;
beforeEach(async () => {
  bench = await openImportBench();
});
afterEach(() => bench.close());

async function inspect(checkpoint: ImportFile, ...beside: ImportFile[]): Promise<ImportProposal> {
  const spec = beside.length > 0 ? beside : [await bench.fixture('official-spec.json')];
  return bench.imports.inspect([checkpoint, ...spec], false);
}

async function bringIn(choices: Partial<ImportChoices> = {}, file = 'official-zip.pth'): Promise<string> {
  const proposal = await inspect(await bench.fixture(file));
  return bench.imports.confirm(proposal.id, { ...CHOICES, ...choices });
}

const imports = async () => (await bench.library.list()).filter(({ kind }) => kind === 'imported');

describe('an imported model', () => {
  test('is listed with what the user chose, and used with it', async () => {
    const id = await bringIn({ title: '  Flowers, best run ' });
    expect(id).toBe('imported:flowers-best-run');
    expect(await imports()).toMatchObject([
      {
        id,
        title: 'Flowers, best run',
        facts: { numClasses: 10, preprocessing: { height: 64, width: 96, resize: { mode: 'stretch' } } },
        state: { kind: 'installed', checkedAgainst: 'nothing', place: 'library' },
      },
    ]);
    expect(await bench.library.use(id, { signal: running })).toMatchObject({ activation: 'gelu', labels: [] });
  });

  test('of the same name gets a number, and the same bytes are noticed', async () => {
    const id = await bringIn();
    const again = await inspect(await bench.fixture('official-zip.pth'));
    expect(again.alreadyThere).toBe(id);
    expect(await bench.imports.confirm(again.id, CHOICES)).toBe(`${id}-2`);
  });

  test('that had to be decoded is kept as safetensors named by the checksum of its source, which is not needed again', async () => {
    const proposal = await inspect(await bench.fixture('cvt-tensorflow.h5'));
    const id = await bench.imports.confirm(proposal.id, CHOICES);
    const { path } = await bench.library.use(id, { signal: running });
    expect(path).toBe(join(bench.weights, 'models', folderName(id), `${proposal.sha256}.safetensors`));
    await rm(join(bench.desk, 'cvt-tensorflow.h5'));
    expect(await imports()).toMatchObject([{ state: { kind: 'installed' } }]);
    expect((await inspect(await bench.fixture('cvt-tensorflow.h5'))).alreadyThere).toBe(id);
  });

  test('that is referenced takes no room, and its file outlives it', async () => {
    const id = await bringIn({ place: 'reference' });
    const path = join(bench.desk, 'official-zip.pth');
    expect((await bench.library.use(id, { signal: running })).path).toBe(path);
    expect(Object.keys(await filesBelow(join(bench.weights, 'models')))).toEqual([
      join(folderName(id), 'manifest.json'),
    ]);
    await bench.library.remove(id);
    expect(await imports()).toEqual([]);
    expect(await readFile(path)).toEqual(await readFile(fixturePath('official-zip.pth')));
  });

  test('that moved is asked for, and found where the user says', async () => {
    const id = await bringIn({ place: 'reference' });
    const moved = { name: 'elsewhere.pth', path: join(bench.desk, 'elsewhere.pth') };
    await rename(join(bench.desk, 'official-zip.pth'), moved.path);
    expect(await imports()).toMatchObject([
      { state: { kind: 'broken', mend: 'locate', error: { code: 'file-moved' } } },
    ]);
    await expect(bench.library.use(id, { signal: running })).rejects.toMatchObject({ code: 'file-moved' });

    const other = await bench.fixture('official-legacy.pth');
    await expect(bench.imports.locate(id, other)).rejects.toMatchObject({ code: 'import-other-file' });
    await bench.imports.locate(id, moved);
    expect((await bench.library.use(id, { signal: running })).path).toBe(moved.path);
  });

  test.each([
    ['longer', (path: string) => appendFile(path, 'x')],
    ['as long with other bytes', async (path: string) => writeFile(path, Buffer.alloc((await stat(path)).size, 7))],
  ])('whose file is %s now is never used silently', async (_, change) => {
    const id = await bringIn({ place: 'reference' });
    await change(join(bench.desk, 'official-zip.pth'));
    await expect(bench.library.use(id, { signal: running })).rejects.toMatchObject({ code: 'stored-file-broken' });
    expect(await imports()).toMatchObject([{ state: { kind: 'broken', mend: 'locate' } }]);
  });

  test('whose copy in the library has changed is to be imported again', async () => {
    const id = await bringIn();
    const { path } = await bench.library.use(id, { signal: running });
    await appendFile(path, 'x');
    expect(await imports()).toMatchObject([
      { state: { kind: 'broken', mend: 'import', error: { code: 'stored-file-broken' } } },
    ]);
    await expect(bench.imports.locate(id, await bench.fixture('official-zip.pth'))).rejects.toMatchObject({
      code: 'import-refused',
    });
  });

  test('moves with the weights', async () => {
    const id = await bringIn();
    const target = join(bench.desk, 'new-place');
    await bench.library.moveTo(target, running);
    expect((await bench.library.use(id, { signal: running })).path.startsWith(target)).toBe(true);
  });
});

describe('class names', () => {
  const names = Array.from({ length: 10 }, (_, index) => `bird ${index}`);
  const sources = ({ labelChoices }: ImportProposal) => labelChoices.map(({ source }) => source);

  test('come from a text file before the configuration', async () => {
    const labels = await bench.write('classes.txt', names.join('\n'));
    const proposal = await inspect(
      await bench.fixture('hf-model.safetensors'),
      await bench.fixture('hf-config.json'),
      labels,
    );
    expect(proposal.files).toMatchObject({ labels: 'classes.txt', spec: 'hf-config.json' });
    expect(proposal.labelChoices[0]).toEqual({ source: 'file', labels: names });
    const id = await bench.imports.confirm(proposal.id, { ...CHOICES, labels: 'file' });
    expect((await bench.library.use(id, { signal: running })).labels).toEqual(names);
  });

  test('come from the configuration', async () => {
    const config = JSON.parse(await readFile(fixturePath('hf-config.json'), 'utf8'));
    const id2label = Object.fromEntries(names.map((name, index) => [String(index), name]));
    const beside = await bench.write('config.json', JSON.stringify({ ...config, id2label }));
    const proposal = await inspect(await bench.fixture('hf-model.safetensors'), beside);
    expect(proposal.labelChoices).toEqual([
      { source: 'config', labels: names },
      { source: 'index', labels: [] },
    ]);
  });

  test('of another count are not offered, and a note says so', async () => {
    const labels = await bench.write('classes.txt', names.slice(1).join('\n'));
    const proposal = await inspect(
      await bench.fixture('official-zip.pth'),
      await bench.fixture('official-spec.json'),
      labels,
    );
    expect(sources(proposal)).toEqual(['index']);
    expect(proposal.notes).toEqual([expect.stringMatching(/^classes\.txt names 9 classes, .* 10\./)]);
    await expect(bench.imports.confirm(proposal.id, { ...CHOICES, labels: 'file' })).rejects.toMatchObject({
      code: 'import-refused',
    });
  });

  test.each<[string, string, readonly string[] | null]>([
    ['lines', 'cat\ndog\r\n\n', ['cat', 'dog']],
    ['a byte order mark', '\uFEFFcat\ndog', ['cat', 'dog']],
    ['numbered lines', '0 cat\n1: dog\n2,ape, great', ['cat', 'dog', 'ape, great']],
    ['names that begin with numbers', '3 cats\n1 dog', ['3 cats', '1 dog']],
    ['a JSON list', '["cat","dog"]', ['cat', 'dog']],
    ['a JSON record', '{"1":"dog","0":"cat"}', ['cat', 'dog']],
    ['a record with a gap', '{"0":"cat","2":"dog"}', null],
    ['other JSON', '{"size":224}', null],
    ['broken JSON', '["cat"', null],
    ['nothing', '\n\n', null],
    ['binary', 'cat\0dog', null],
  ])('%s', (_, text, expected) => {
    expect(parseLabels(text)).toEqual(expected);
  });
});

describe('what is dropped together', () => {
  test('a whole repository folder: what is of no use is named', async () => {
    const proposal = await bench.imports.inspect(
      [
        await bench.write('README.md', '# A fine-tune\nmodel_type and SPEC are words here.'),
        await bench.fixture('hf-config.json', 'config.json'),
        await bench.write('preprocessor_config.json', '{"image_processor_type":"ConvNextFeatureExtractor","size":224}'),
        await bench.fixture('hf-pytorch_model.bin', 'pytorch_model.bin'),
        await bench.write('.gitattributes', '*.bin filter=lfs'),
      ],
      false,
    );
    expect(proposal.files).toEqual({
      checkpoint: 'pytorch_model.bin',
      spec: 'config.json',
      labels: null,
      ignored: ['README.md', 'preprocessor_config.json', '.gitattributes'],
    });
  });

  test('an official spec as YAML', async () => {
    const spec = JSON.parse(await readFile(fixturePath('official-spec.json'), 'utf8'));
    const lines = Object.entries(spec.MODEL?.SPEC ?? spec).map(
      ([key, value]) => `    ${key}: ${JSON.stringify(value)}`,
    );
    const yaml = await bench.write('cvt-tiny.yaml', `MODEL:\n  SPEC:\n${lines.join('\n')}\n`);
    expect((await inspect(await bench.fixture('official-zip.pth'), yaml)).files.spec).toBe('cvt-tiny.yaml');
  });

  test.each([
    ['several checkpoints', ['official-zip.pth', 'official-half.pth', 'official-spec.json'], 'import-many-checkpoints'],
    ['no checkpoint', ['official-spec.json'], 'import-no-checkpoint'],
    ['another model\u2019s weights without their spec', ['official-zip.pth'], 'unknown-variant'],
  ])('%s', async (_, names, code) => {
    const files = await Promise.all(names.map((name) => bench.fixture(name)));
    await expect(bench.imports.inspect(files, false)).rejects.toMatchObject({ code });
  });
});

describe('a file that cannot be used leaves the library as it was', () => {
  test.each<[string, () => Promise<Uint8Array | string>, string]>([
    ['empty', async () => '', 'empty'],
    ['a page', async () => '<!doctype html><title>Not found</title>', 'unknown-format'],
    ['cut off', async () => (await readFile(fixturePath('official.safetensors'))).subarray(0, 30_000), 'truncated'],
    ['not a number', () => withLastNumber('official.safetensors', Number.NaN), 'not-finite'],
    ['infinite', () => withLastNumber('official.safetensors', Number.NEGATIVE_INFINITY), 'not-finite'],
    [
      'a pickle that would run',
      async () => Buffer.from('\x80\x02cposix\nsystem\nX\x02\0\0\0id\x85R.', 'latin1'),
      'forbidden-pickle',
    ],
  ])('%s', async (_, content, code) => {
    await bringIn();
    const before = await filesBelow(bench.weights);
    const bad = await bench.write('bad.pth', await content());
    await expect(inspect(bad)).rejects.toMatchObject({
      name: 'CheckpointError',
      code,
      message: expect.stringMatching(/^bad\.pth: /),
    });
    expect(await filesBelow(bench.weights)).toEqual(before);
  });

  test('a broken spec beside good weights', async () => {
    const spec = await bench.write('spec.json', '{"NUM_STAGES": 3, "DIM_EMBED": [64, 192]');
    await expect(inspect(await bench.fixture('official-zip.pth'), spec)).rejects.toMatchObject({
      code: 'spec-unreadable',
    });
  });
});

describe('an import that does not come to its end leaves nothing', () => {
  const left = async () => [
    ...(await readdir(join(bench.weights, 'models')).catch(() => [])),
    ...(await readdir(join(bench.weights, 'downloads')).catch(() => [])),
  ];

  test.each(['official-zip.pth', 'official-half.pth'])(
    'cancelled while %s is copied, and it can be confirmed again',
    async (file) => {
      const proposal = await inspect(await bench.fixture(file));
      const ending = new AbortController();
      const cancelled = bench.imports.confirm(proposal.id, CHOICES, {
        signal: ending.signal,
        progress: () => ending.abort(),
      });
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
      expect(await left()).toEqual([]);
      await bench.imports.confirm(proposal.id, CHOICES);
      expect(await imports()).toHaveLength(1);
    },
  );

  test('cancelled before it begins', async () => {
    const ending = new AbortController();
    ending.abort();
    const files = [await bench.fixture('official-zip.pth'), await bench.fixture('official-spec.json')];
    await expect(bench.imports.inspect(files, false, { signal: ending.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const proposal = await inspect(files[0]!);
    await expect(bench.imports.confirm(proposal.id, CHOICES, { signal: ending.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await left()).toEqual([]);
  });

  test.each(['copy', 'reference'] as const)('the file was changed before it was confirmed (%s)', async (place) => {
    const file = await bench.fixture('official-zip.pth');
    const proposal = await inspect(file);
    await writeFile(file.path, Buffer.alloc((await stat(file.path)).size, 7));
    await expect(bench.imports.confirm(proposal.id, { ...CHOICES, place })).rejects.toMatchObject({
      code: 'import-changed',
    });
    expect(await left()).toEqual([]);
  });

  test.each([
    ['a decoded file in place', 'official-half.pth', { place: 'reference' }, 'import-refused'],
    ['class names that are not there', 'official-zip.pth', { labels: 'imagenet' }, 'import-refused'],
    ['an input that leaves no tokens', 'official-zip.pth', { size: { rows: 2, cols: 2 } }, 'input-too-small'],
    ['an input of gigapixels', 'official-zip.pth', { size: { rows: 64, cols: 100_000 } }, 'import-refused'],
  ] as const)('%s', async (_, file, choices, code) => {
    await expect(bringIn(choices, file)).rejects.toMatchObject({ code });
    expect(await left()).toEqual([]);
  });

  test('a disk without room', async () => {
    const { Imports } = await import('../../electron/weights/imports.ts');
    const full = new Imports({ library: bench.library, imagenetLabels: async () => [], freeSpace: async () => 1000 });
    const files = [await bench.fixture('official-zip.pth'), await bench.fixture('official-spec.json')];
    const proposal = await full.inspect(files, false);
    await expect(full.confirm(proposal.id, CHOICES)).rejects.toMatchObject({ code: 'no-space' });
    expect(await left()).toEqual([]);
    expect(await full.confirm(proposal.id, { ...CHOICES, place: 'reference' })).toBe('imported:mine');
  });

  test('a proposal that was discarded', async () => {
    const file = await bench.fixture('official-zip.pth');
    const { id } = await inspect(file);
    await bench.imports.discard(id);
    await expect(bench.imports.confirm(id, CHOICES)).rejects.toMatchObject({ code: 'import-gone' });
    // A file of the user's is none of ours to remove.
    expect((await stat(file.path)).size).toBeGreaterThan(0);
  });
});

describe('ids', () => {
  test.each([
    ['CvT-13-384x384-IN-22k', 'imported:cvt-13-384x384-in-22k'],
    ['  Blüten: beste Läufe! ', 'imported:bluten-beste-laufe'],
    ['../../etc/passwd', 'imported:etc-passwd'],
    ['a -- b', 'imported:a-b'],
    ['花', 'imported:model'],
    ['x'.repeat(200), `imported:${'x'.repeat(60)}`],
    [`${'x'.repeat(59)} y`, `imported:${'x'.repeat(59)}`],
  ])('%s', (title, id) => {
    expect(freeImportId(title, [])).toBe(id);
    for (const each of [id, freeImportId(title, [id])]) {
      expect(parseModelId(each)).toEqual({ kind: 'imported', id: each });
      expect(idOfFolder(folderName(each))).toBe(each);
    }
  });
});
