import { describe, expect, test } from 'vitest';
import { CATALOG } from '../../models/catalog.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { beginsAsCheckpoint, kindOfName } from '../../renderer/pipeline/file-kinds.ts';
import { dropPromise } from '../../renderer/screens/frame/drop-promise.ts';
import { readSize, sizeText } from '../../renderer/screens/models/import/input-size.ts';
import { libraryRow, type SortOrder, sortRows, splitRows } from '../../renderer/screens/models/model-rows.ts';
import { readRepository } from '../../renderer/screens/models/repository-id.ts';
import { activationReason, removalText, transferShare, transferText } from '../../renderer/screens/models/words.ts';
import { megabytesOf, timeLeft } from '../../renderer/ui/format.ts';
import { fixtureBytes } from '../formats/sources.ts';
import { ENTRY } from './fake-engine.ts';
import { AVAILABLE, INSTALLED, libraryEntry, PROPOSAL } from './fake-library.ts';

const THIN = '\u202f';

test.each([
  ['microsoft/cvt-13', 'microsoft/cvt-13'],
  ['  someone/cvt-flowers@v1.0 ', 'someone/cvt-flowers@v1.0'],
  ['https://huggingface.co/someone/cvt-flowers', 'someone/cvt-flowers'],
  ['huggingface.co/someone/cvt-flowers/', 'someone/cvt-flowers'],
  ['https://huggingface.co/someone/cvt-flowers/tree/main', 'someone/cvt-flowers@main'],
  ['https://huggingface.co/someone/cvt-flowers/blob/dev/config.json?download=true', 'someone/cvt-flowers@dev'],
])('%s is the repository %s', (text, id) => {
  expect(readRepository(text)).toEqual({ kind: 'id', id });
});

test.each([
  ['cvt-13', /owner\/name/],
  ['a/b/c', /owner\/name/],
  ['/cvt', /owner\/name/],
  ['someone/cvt tiny', /“cvt tiny”/],
  ['someone/cvt@', /After @/],
  ['someone/cvt@a@b', /After @/],
  ['https://example.com/someone/cvt', /Hugging Face/],
  ['https://huggingface.co/datasets/someone/flowers', /data set/],
])('%s is no repository', (text, says) => {
  const read = readRepository(text);
  expect(read).toMatchObject({ kind: 'problem' });
  expect(read.kind === 'problem' && read.problem).toMatch(says);
});

test.each([
  ['cvt.pth', 'checkpoint'],
  ['CvT-13-384x384-IN-22k.PTH', 'checkpoint'],
  ['model.pdparams', 'checkpoint'],
  ['config.json', 'companion'],
  ['cvt.yaml', 'companion'],
  ['photo.JPG', 'picture'],
  ['photo', 'unknown'],
])('%s seems to be a %s', (name, kind) => {
  expect(kindOfName(name)).toBe(kind);
});

test.each([
  'official-zip.pth',
  'official-legacy.pth',
  'hf-pytorch_model.bin',
  'official.safetensors',
  'paddlevit-p2.pdparams',
  'paddlevit-p4.pdparams',
  'passl-p4.pdparams',
  'cvt-tensorflow.h5',
])('%s is known as a checkpoint without its name', async (name) => {
  expect(await beginsAsCheckpoint(new Blob([new Uint8Array(fixtureBytes(name))]))).toBe(true);
});

test.each([
  ['a JPEG picture', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70)],
  ['text', new TextEncoder().encode('Not a model at all.')],
  ['nothing', new Uint8Array()],
])('%s is no checkpoint', async (_, bytes) => {
  expect(await beginsAsCheckpoint(new Blob([bytes]))).toBe(false);
});

test.each([
  { types: ['image/png'], importing: 'none', says: 'Add the picture to the tray' },
  { types: ['image/png', 'image/jpeg'], importing: 'none', says: 'Add 2 pictures to the tray' },
  { types: [''], importing: 'none', says: 'Import the model, or add the folder’s pictures' },
  { types: ['', 'application/json'], importing: 'none', says: 'Import the model with its spec, config or labels' },
  { types: ['text/plain'], importing: 'refused', says: 'Add to this import' },
  { types: ['text/plain'], importing: 'none', says: 'A spec, config or labels: drop them with their checkpoint' },
  { types: ['image/png', ''], importing: 'none', says: 'Add the picture to the tray, import the model' },
  { types: [''], importing: 'importing', says: 'A model is being imported; it comes first' },
] as const)('$types over a window that is at $importing: $says', ({ types, importing, says }) => {
  expect(dropPromise(types, importing)).toBe(says);
});

describe('the size of an import', () => {
  const spec = VARIANTS['cvt-13'];
  test.each([
    ['224', { rows: 224, cols: 224 }],
    [' 384 × 256 ', { rows: 256, cols: 384 }],
    ['320x320', { rows: 320, cols: 320 }],
  ])('“%s”', (text, size) => {
    expect(readSize(text, spec)).toMatchObject({ kind: 'size', size });
    expect(readSize(sizeText(size), spec)).toMatchObject({ kind: 'size', size });
  });

  test('shows the token grids that follow from it', () => {
    const read = readSize('384×256', spec);
    expect(read.kind === 'size' && read.grids.map(({ tokens }) => [tokens.cols, tokens.rows])).toEqual([
      [96, 64],
      [48, 32],
      [24, 16],
    ]);
  });

  test.each(['', 'big', '0', '50000', '224×'])('“%s” is none', (text) => {
    expect(readSize(text, spec).kind).toBe('problem');
  });

  test('is refused where it leaves a stage without tokens', () => {
    const unpadded = { ...spec, stages: spec.stages.map((stage) => ({ ...stage, patchPadding: 0 })) };
    expect(readSize('4', unpadded)).toMatchObject({ kind: 'problem', problem: expect.stringMatching(/stage/i) });
  });
});

const downloading = {
  kind: 'downloading',
  received: 34_200_000,
  total: 80_200_000,
  bytesPerSecond: 5_300_000,
  secondsLeft: 9,
  retry: null,
} as const;

test.each([
  [AVAILABLE, null, null],
  [INSTALLED, null, null],
  [downloading, `34.2 of 80.2${THIN}MB · 5.3${THIN}MB/s · 9${THIN}s left`, 0.426],
  [{ ...downloading, total: null, bytesPerSecond: null, secondsLeft: null }, `34.2${THIN}MB`, null],
  [{ kind: 'paused', received: 1e6, total: 4e6 } as const, `Paused, 1.0 of 4.0${THIN}MB`, 0.25],
  [{ kind: 'queued', received: 0, total: null } as const, 'Waiting for its turn', 0],
  [{ kind: 'verifying', checked: 2e6, total: 4e6 } as const, `Checking, 2.0 of 4.0${THIN}MB`, 0.5],
])('%j', (state, text, share) => {
  expect(transferText(state, 0)).toBe(text);
  if (share === null) expect(transferShare(state)).toBeNull();
  else expect(transferShare(state)).toBeCloseTo(share, 2);
});

test('a pause before the next attempt says why and for how long', () => {
  const retry = {
    reason: { name: 'DownloadError', code: 'rate-limited', message: 'The hub wants a pause.' },
    at: 8_000,
  };
  expect(transferText({ ...downloading, retry }, 3_000)).toBe(
    `34.2 of 80.2${THIN}MB · The hub wants a pause. Next attempt in 5${THIN}s.`,
  );
  expect(transferText({ ...downloading, retry }, 9_000)).toMatch(/Trying again…$/);
});

test.each([
  [timeLeft(0.2), `1${THIN}s`],
  [timeLeft(59), `59${THIN}s`],
  [timeLeft(90), `2${THIN}min`],
  [timeLeft(3900), `1${THIN}h 5${THIN}min`],
  [megabytesOf(1e6, null), `1.0${THIN}MB`],
])('%s', (written, expected) => {
  expect(written).toBe(expected);
});

test.each([
  { place: 'library', says: /deleted from the disk/ },
  { place: 'huggingface-cache', says: /stays where it is, in the Hugging Face cache/ },
  { place: 'outside', says: /Your file stays where it is/ },
] as const)('removing a model that lies in $place says what becomes of its file', ({ place, says }) => {
  expect(removalText(libraryEntry('cvt-13-224-1k', { ...INSTALLED, place })).text).toMatch(says);
});

test('what cannot be downloaded again is not said to be', () => {
  expect(removalText(libraryEntry('imported:mine', INSTALLED)).text).not.toMatch(/downloaded again/);
});

test.each([
  { naming: 'official', activation: 'quick_gelu', chosen: 'quick_gelu', says: /trains with QuickGELU/ },
  { naming: 'huggingface', activation: 'gelu', chosen: 'gelu', says: /exact GELU/ },
  { naming: 'huggingface', activation: 'quick_gelu', chosen: 'quick_gelu', says: /official weights/ },
  { naming: 'huggingface', activation: 'gelu', chosen: 'quick_gelu', says: /speaks for GELU/ },
] as const)('$naming names with $activation, $chosen chosen', ({ chosen, says, ...implied }) => {
  expect(activationReason({ ...PROPOSAL, ...implied }, chosen)).toMatch(says);
});

describe('the table', () => {
  const entries = CATALOG.map(({ id }) => libraryEntry(id, id === 'cvt-21-224-1k' ? INSTALLED : AVAILABLE));
  const ids = (order: SortOrder | null) => sortRows(entries.map(libraryRow), order).map(({ id }) => id);

  test('what is here stands apart from what can be had, the shipped model first', () => {
    const { installed, available } = splitRows([ENTRY], [...entries, libraryEntry('imported:mine', INSTALLED)]);
    expect(installed.map(({ id }) => id)).toEqual(['test', 'cvt-21-224-1k', 'imported:mine']);
    expect(available).toHaveLength(6);
  });

  test('is sorted by any number, either way, and not at all', () => {
    expect(ids(null)).toEqual(CATALOG.map(({ id }) => id));
    expect(ids({ key: 'top1', descending: true })[0]).toBe('cvt-w24-384-22k');
    expect(ids({ key: 'size', descending: false })[0]).toBe('cvt-13-224-1k');
  });

  test.each([true, false])('rows without the number come last (descending: %s)', (descending) => {
    const rows = [libraryRow(libraryEntry('imported:mine', INSTALLED)), ...entries.map(libraryRow)];
    expect(sortRows(rows, { key: 'top1', descending }).at(-1)?.id).toBe('imported:mine');
  });
});
