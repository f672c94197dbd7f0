import { describe, expect, test, vi } from 'vitest';
import { parseCsv } from '../../models/evaluation/csv.ts';
import { carriesOnlyAddress, pictureInAddress } from '../../renderer/pipeline/dragged-address.ts';
import { filesUnder } from '../../renderer/pipeline/folder-files.ts';
import { resultsCsv, resultsJson } from '../../renderer/results/export-results.ts';
import {
  ALL_PICTURES,
  classCounts,
  disagreement,
  filterRows,
  type PictureFilter,
  type PictureOrder,
  type PictureRow,
  sortRows,
} from '../../renderer/results/picture-filter.ts';
import { entropyOf, type PictureResult, pictureResult } from '../../renderer/results/picture-result.ts';
import { rowsOfSession } from '../../renderer/results/shown-rows.ts';
import { KEPT_THUMBNAILS, thumbnails } from '../../renderer/results/thumbnails.ts';
import { moveIn, rangeBetween } from '../../renderer/screens/inspect/many/marking.ts';
import { readRecords } from '../../renderer/storage/results-journal.ts';
import { ENTRY, settled } from './fake-engine.ts';

function result(probabilities: readonly number[], modelId = 'test', at = 1): PictureResult {
  return pictureResult(Float32Array.from(probabilities), { ...ENTRY, id: modelId }, ENTRY.preprocessing, 'fp32', at);
}

function row(id: string, change: Partial<PictureRow> = {}): PictureRow {
  return { id, name: id, path: `f/${id}`, state: 'answered', result: null, others: [], error: null, ...change };
}

const CAT = row('cat', { result: result([0.9, 0.05, 0.05]) });
const SEA_DOG = row('sea', { result: result([0.25, 0.5, 0.25]), others: [result([0.8, 0.1, 0.1], 'other')] });
const DOG = row('dog', { result: result([0.2, 0.1, 0.7]), others: [result([0.1, 0.1, 0.8], 'other')] });
const WAITING = row('waiting', { state: 'waiting' });
const FAILED = row('failed', {
  state: 'failed',
  error: { name: 'ImageError', code: 'image-broken', message: 'failed: "damaged", get it again.' },
});
const ROWS = [CAT, SEA_DOG, DOG, WAITING, FAILED];
const ids = (rows: readonly PictureRow[]) => rows.map(({ id }) => id);

test.each<[string, Partial<PictureFilter>, readonly string[]]>([
  ['nothing', {}, ['cat', 'sea', 'dog', 'waiting', 'failed']],
  ['a word of a class', { label: 'dog' }, ['sea', 'dog']],
  ['all words of a class', { label: 'DOG sea' }, ['sea']],
  ['confidence, ends included', { from: 0.5, to: 0.7001 }, ['sea', 'dog']],
  ['failed files', { state: 'failed' }, ['failed']],
  ['what was not run', { state: 'waiting' }, ['waiting']],
  ['disagreement', { disagreeing: true }, ['sea']],
  ['several at once', { state: 'answered', label: 'cat', from: 0.95 }, []],
])('filters by %s', (_, change, expected) => {
  expect(ids(filterRows(ROWS, { ...ALL_PICTURES, ...change }))).toEqual(expected);
});

test.each<[PictureOrder['by'], boolean, readonly string[]]>([
  ['arrival', true, ['failed', 'waiting', 'dog', 'sea', 'cat']],
  ['name', false, ['cat', 'dog', 'failed', 'sea', 'waiting']],
  ['confidence', false, ['sea', 'dog', 'cat', 'waiting', 'failed']],
  ['confidence', true, ['cat', 'dog', 'sea', 'waiting', 'failed']],
  ['entropy', true, ['sea', 'dog', 'cat', 'waiting', 'failed']],
  ['entropy', false, ['cat', 'dog', 'sea', 'waiting', 'failed']],
])('sorts by %s, descending: %s; what has no answer comes last', (by, descending, expected) => {
  expect(ids(sortRows(ROWS, { by, descending }))).toEqual(expected);
});

test('names sort as people count', () => {
  const rows = ['10.png', '9.png', '1.png'].map((id) => row(id));
  expect(ids(sortRows(rows, { by: 'name', descending: false }))).toEqual(['1.png', '9.png', '10.png']);
});

test('disagreement needs two models, and the same model at another input is not one', () => {
  expect(disagreement(CAT)).toBeNull();
  expect(disagreement(DOG)).toBe(false);
  expect(disagreement(SEA_DOG)).toBe(true);
  expect(disagreement({ ...CAT, others: [result([0, 0, 1], 'test')] })).toBeNull();
});

test('entropy is in bits', () => {
  expect(entropyOf([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(2, 12);
  expect(entropyOf([1, 0, 0])).toBe(0);
});

test('classes are counted by their likeliest', () => {
  expect(classCounts([...ROWS, CAT])).toEqual([
    ['cat', 2],
    ['dog', 1],
    ['sea dog', 1],
  ]);
});

describe('export', () => {
  test('CSV has a line a picture and model, quoted so that it reads back', () => {
    const strange = row('x', { path: 'a,"b"\n=c.png', result: result([0.9, 0.05, 0.05]) });
    const [head, ...lines] = parseCsv(resultsCsv([strange, ...ROWS]), ',').map(({ cells }) => cells);
    const at = (line: readonly string[] | undefined, column: string) => line?.[head!.indexOf(column)];
    expect(lines).toHaveLength(8);
    expect(at(lines[0], 'path')).toBe('a,"b"\n=c.png');
    expect(Number(at(lines[0], 'top1 probability'))).toBe(CAT.result?.top[0]?.probability);
    expect(lines.slice(2, 4).map((line) => [at(line, 'model'), at(line, 'top1 label')])).toEqual([
      ['test', 'sea dog'],
      ['other', 'cat'],
    ]);
    expect(at(lines[7], 'error')).toBe('failed: "damaged", get it again.');
    expect(at(lines[7], 'top1 label')).toBe('');
    for (const line of lines) expect(line).toHaveLength(head!.length);
  });

  test('JSON has every number unrounded, and the preprocessing', () => {
    const { pictures } = JSON.parse(resultsJson([DOG, FAILED])) as {
      pictures: { error: unknown; results: { top: { probability: number }[]; preprocessing: unknown }[] }[];
    };
    expect(pictures[0]?.results[0]?.top[0]?.probability).toBe(Math.fround(0.7));
    expect(pictures[0]?.results[0]?.preprocessing).toEqual(ENTRY.preprocessing);
    expect(pictures[1]).toMatchObject({ error: { code: 'image-broken' }, results: [] });
  });
});

describe('journal', () => {
  const record = { model: 'm', file: 'f', path: 'a/b.png', session: 5, place: 0, result: result([0.9, 0.05, 0.05]) };
  const { entropy: _, ...torn } = record.result;

  test.each<[string, unknown]>([
    ['an older version without entropy', { ...record, result: torn }],
    ['a torn write', { model: 'm', file: 'f' }],
    [
      'a probability that is none',
      { ...record, result: { ...record.result, top: [{ ...record.result.top[0], probability: Number.NaN }] } },
    ],
    ['an answer without classes', { ...record, result: { ...record.result, top: [] } }],
    ['something else altogether', 'text'],
  ])('%s is left out, what can be read stays', (_name, broken) => {
    expect(readRecords([broken, structuredClone(record), broken])).toEqual([record]);
  });

  test('a session has a row a file, with the last model’s answer and the others’', () => {
    const records = [
      { ...record, result: result([0.9, 0.05, 0.05], 'old', 1) },
      { ...record, result: result([0.1, 0.1, 0.8], 'new', 2) },
      { ...record, file: 'g', path: 'a/c.png', place: 1 },
    ];
    const rows = rowsOfSession({ at: 5, records });
    expect(
      rows.map(({ name, result: last, others }) => [name, last?.modelId, others.map((each) => each.modelId)]),
    ).toEqual([
      ['b.png', 'new', ['old']],
      ['c.png', 'test', []],
    ]);
  });
});

describe('thumbnails', () => {
  test('are made for who still waits, the last asked first, and let go beyond a number', async () => {
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    const kept: string[] = [];
    const store = thumbnails({
      thumbnail: async () => null,
      keepThumbnail: async (key) => {
        kept.push(key);
      },
    });
    const make = async () => new Blob(['x']);
    const leave = Array.from({ length: 10 }, (_, at) => store.want(`first ${at}`, make, () => {}));
    for (const end of leave.slice(2)) end();
    await settled();
    // Two were under way or still wanted; nobody waited for the others.
    expect(kept.length).toBeLessThanOrEqual(4);
    expect(store.url('first 0')).toMatch(/^blob:/);
    for (const end of leave.slice(0, 2)) end();
    const many = Array.from({ length: KEPT_THUMBNAILS + 50 }, (_, at) => store.want(`many ${at}`, make, () => {}));
    for (let turn = 0; turn < 200 && store.url('many 0') === null; turn += 1) await settled();
    expect(store.url('first 0')).toBeNull();
    for (const end of many) end();
    expect(revoked.mock.calls.length).toBeGreaterThanOrEqual(50);
    revoked.mockRestore();
  });
});

test('arrows move by cells and rows and stop at the ends; Shift draws a range either way', () => {
  expect([moveIn(10, 4, 'ArrowDown', 3), moveIn(10, 8, 'ArrowDown', 3), moveIn(10, 0, 'ArrowLeft', 3)]).toEqual([
    7, 9, 0,
  ]);
  expect([moveIn(10, 4, 'End', 3), moveIn(10, 4, 'x', 3), moveIn(0, 0, 'ArrowDown', 3)]).toEqual([9, null, null]);
  expect(rangeBetween(ROWS, 'dog', 'cat')).toEqual(['cat', 'sea', 'dog']);
  expect(rangeBetween(ROWS, 'gone', 'cat')).toEqual(['cat']);
});

describe('folders', () => {
  const file = (name: string, path: string) =>
    ({
      isFile: true,
      isDirectory: false,
      name,
      fullPath: path,
      file: (give: (file: File) => void) => give(new File([], name)),
    }) as unknown;
  const locked = (name: string, path: string) =>
    ({
      isFile: true,
      isDirectory: false,
      name,
      fullPath: path,
      file: (_give: unknown, refuse: (error: Error) => void) => refuse(new Error('locked')),
    }) as unknown;
  /** Answers its entries 100 at a time, as browsers do. */
  const folder = (name: string, path: string, entries: readonly unknown[]) =>
    ({
      isFile: false,
      isDirectory: true,
      name,
      fullPath: path,
      createReader: () => {
        let at = 0;
        const readEntries = (give: (some: readonly unknown[]) => void) => {
          give(entries.slice(at, at + 100));
          at += 100;
        };
        return { readEntries };
      },
    }) as unknown as FileSystemDirectoryEntry;

  test('are read in order, through all levels, whatever cannot be read among them', async () => {
    const many = Array.from({ length: 250 }, (_, at) => file(`${at}.png`, `/top/${at}.png`)).toReversed();
    const top = folder('top', '/top', [
      ...many,
      folder('a', '/top/a', [file('x.png', '/top/a/x.png'), locked('y.png', '/top/a/y.png')]),
    ]);
    const found: { path: string; file: File | null }[] = [];
    const batches: number[] = [];
    for await (const batch of filesUnder(top)) {
      batches.push(batch.length);
      found.push(...batch);
    }
    expect(found.map(({ path }) => path)).toEqual([
      ...Array.from({ length: 250 }, (_, at) => `top/${at}.png`),
      'top/a/x.png',
      'top/a/y.png',
    ]);
    expect(found.at(-1)?.file).toBeNull();
    expect(batches.length).toBeGreaterThan(2);
  });

  test('stop being read once that is cancelled', async () => {
    const controller = new AbortController();
    const top = folder(
      'top',
      '/top',
      Array.from({ length: 1000 }, (_, at) => file(`${at}.png`, `/top/${at}.png`)),
    );
    let count = 0;
    for await (const batch of filesUnder(top, controller.signal)) {
      count += batch.length;
      controller.abort();
    }
    expect(count).toBeLessThan(200);
  });
});

test.each([
  [['Files', 'text/uri-list'], false],
  [['text/uri-list', 'text/html'], true],
  [['text/plain'], false],
])('a drag of %j brings only an address: %s', (types, expected) => {
  expect(carriesOnlyAddress(types)).toBe(expected);
});

test('an address that holds its picture is one; any other is not', async () => {
  const file = pictureInAddress('data:image/png;base64,AQID');
  expect([file?.name, file?.type, [...new Uint8Array(await file!.arrayBuffer())]]).toEqual([
    'dragged.png',
    'image/png',
    [1, 2, 3],
  ]);
  expect(pictureInAddress('https://example.org/a.png')).toBeNull();
  expect(pictureInAddress('data:text/html;base64,AQID')).toBeNull();
  expect(pictureInAddress('data:image/png;base64,A')).toBeNull();
});
