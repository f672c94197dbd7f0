import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { print } from '../../electron/cli/command.ts';
import { Journal } from '../../electron/evaluation/journal.ts';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { parseSpecFile } from '../../models/cvt/spec-text.ts';
import { LensError, RecipeError, SpecError } from '../../models/errors.ts';
import { ClassList } from '../../models/evaluation/class-list.ts';
import { csvField, parseCsv } from '../../models/evaluation/csv.ts';
import { parseLabels } from '../../models/evaluation/label-list.ts';
import { labelPictures } from '../../models/evaluation/labels-file.ts';
import { csvBroken, csvResult } from '../../models/evaluation/report-csv.ts';
import { OFFICIAL_224 } from '../../models/image/preprocessing.ts';
import { parseRecipe, writeRecipe } from '../../models/recipe/recipe.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';
import { OFFICIAL } from '../attention/specs.ts';
import { RECIPE } from '../recipe/a-recipe.ts';

/** Files of text that come from somewhere: each is read for what it says, or refused with a sentence that names it. */

const SPEC = toOfficialSpec(OFFICIAL);
const deep = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** The refusal of a text. @throws where it was taken, or refused by something that is no error of ours */
function refusal(read: () => unknown): LensError {
  try {
    read();
  } catch (error) {
    if (error instanceof LensError) return error;
    throw error;
  }
  throw new Error('The text was taken.');
}

describe('a spec', () => {
  const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (let i = 1; i < 26; i++) {
    const [name, last] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
    laughs.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${last}`).join(',')}]`);
  }
  const attempts: readonly (readonly [string, string])[] = [
    ['YAML aliases that stand for 9²⁶ nodes', laughs.join('\n')],
    ['a YAML alias of itself', 'MODEL: &m\n  SPEC: *m\n'],
    ['YAML merge keys in a ring', 'a: &a\n  <<: *b\nb: &b\n  <<: *a\n'],
    ['YAML lists 50,000 deep', deep(50_000, '- ', '')],
    ['YAML brackets 50,000 deep', `x: ${deep(50_000, '[', ']')}`],
    ['YAML maps 20,000 deep', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['JSON lists 200,000 deep', deep(200_000, '[', ']')],
    ['JSON objects 100,000 deep', `${'{"MODEL":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a YAML tag for a function', 'MODEL: !!js/function "function(){ return process }"'],
    ['a YAML tag for a Python object', 'MODEL: !!python/object/apply:os.system ["id"]'],
    ['two YAML documents', '---\na: 1\n---\nb: 2\n'],
    ['a megabyte too many', `{"a":"${'x'.repeat(1 << 20)}"}`],
    ['a YAML number beyond all', `NUM_STAGES: 1e999\n`],
    ['a number with a million digits', `{"NUM_STAGES": ${'9'.repeat(1_000_000)}}`],
    ['as many stages as can be counted', JSON.stringify({ ...SPEC, NUM_STAGES: Number.MAX_SAFE_INTEGER })],
    ['a depth of a billion', JSON.stringify({ ...SPEC, DEPTH: [1, 2, 1e9] })],
    ['a width of a billion', JSON.stringify({ ...SPEC, DIM_EMBED: [64, 192, 1e9] })],
    ['a ratio that is none', JSON.stringify(SPEC).replace('"MLP_RATIO":[4', '"MLP_RATIO":[-1e-9')],
    ['a patch without stride', JSON.stringify({ ...SPEC, PATCH_STRIDE: [0, 2, 2] })],
    ['nothing', ''],
    ['NUL', '\0'],
    ['fifty thousand YAML keys', Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join('\n')],
    [
      'as many YAML keys as are taken',
      Array.from({ length: 8000 }, (_, i) => `k${i}: 1`)
        .join('\n')
        .slice(0, 1 << 15),
    ],
    ['a YAML anchor per character', '&a '.repeat(1000)],
  ];
  test.each(attempts)('of %s', (_, text) => {
    const error = refusal(() => parseSpecFile(text, 'evil.yaml'));
    expect(error).toBeInstanceOf(SpecError);
    expect(error.message).toMatch(/^evil\.yaml/);
    expect(error.message.length).toBeLessThan(1000);
  });

  test.each(['json', 'yaml'])('in %s with __proto__ keys changes nothing but itself', (kind) => {
    const text =
      kind === 'json'
        ? JSON.stringify(SPEC).replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},')
        : `__proto__:\n  polluted: 1\nconstructor:\n  prototype:\n    polluted: 1\n${Object.entries(SPEC)
            .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
            .join('\n')}`;
    expect(parseSpecFile(text, 'evil').spec).toEqual(OFFICIAL);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a spec inside __proto__ is none', () => {
    expect(refusal(() => parseSpecFile(`{"__proto__":${JSON.stringify(SPEC)}}`, 'evil.json'))).toBeInstanceOf(
      SpecError,
    );
  });
});

describe('a recipe', () => {
  const text = writeRecipe(RECIPE);
  test.each<[string, string]>([
    ['that is a list', '[]'],
    ['that is nothing', ''],
    ['nested deeply', deep(200_000, '[', ']')],
    ['whose key is __proto__', `{"__proto__":${text}}`],
    ['with a picture of no size', text.replace(/"width": \d+/, '"width": 0')],
    ['with an infinite scale', text.replace(/"factor": [\d.e-]+/, '"factor": 1e999')],
    ['with a colour map that is a path', text.replace(/"colorMap": "\w+"/, '"colorMap": "../../x"')],
    ['with a checksum that is none', text.replace('ab'.repeat(32), 'AB'.repeat(32))],
    ['with a name of 10,000 characters', text.replace('päprika', 'x'.repeat(10_000))],
  ])('%s', (_, content) => {
    expect(content).not.toBe(text);
    const error = refusal(() => parseRecipe(content, 'evil.recipe.json'));
    expect(error).toBeInstanceOf(RecipeError);
    expect(error.message).toMatch(/^evil\.recipe\.json: /);
  });

  test('with keys of its own keeps none of them', () => {
    const content = text.replace('{', '{"__proto__":{"polluted":1},"constructor":1,"extra":2,');
    expect(parseRecipe(content, 'a')).toEqual(RECIPE);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test.each([
  ['__proto__', '{"__proto__":{"theme":"dark","device":"wasm"}}'],
  ['a list', '[]'],
  ['numbers beyond all', '{"overlay":{"opacity":1e999},"modelId":{}}'],
  ['a model of a megabyte', `{"modelId":"${'x'.repeat(1 << 20)}"}`],
  ['depth', `{"overlay":${deep(100_000, '[', ']')}}`],
])('settings of %s are the defaults', (_, text) => {
  expect(parseSettings(JSON.parse(text))).toEqual(parseSettings(null));
});

describe('class names', () => {
  test.each<[string, string]>([
    ['nested deeply', deep(200_000, '[', ']')],
    ['of objects', '[{"toString":"x"}]'],
    ['with a hole', '{"0":"a","2":"b"}'],
    ['with an index of a billion', '{"0":"a","999999999":"b"}'],
    ['under __proto__', '{"__proto__":["a"]}'],
    ['with NUL', 'cat\0dog'],
    ['of nothing', '\n\n'],
  ])('%s are none', (_, text) => {
    expect(parseLabels(text)).toBeNull();
  });

  test('that are keys of every object are names like others', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    expect(parseLabels(JSON.stringify(names))).toEqual(names);
    const classes = new ClassList(names.map((name) => ({ wnid: null, names: [name] })));
    for (const [index, name] of names.entries()) expect(classes.find(name)).toMatchObject({ kind: 'class', index });
    expect(classes.find('valueOf')).toEqual({ kind: 'unknown' });
  });
});

describe('a labels file', () => {
  const classes = new ClassList([{ wnid: null, names: ['cat'] }]);
  const read = (text: string, name = 'labels.csv') =>
    labelPictures({ pictures: ['a.jpg', 'b/a.jpg'], unreadable: [] }, { name, text }, classes);

  test.each<[string, string]>([
    ['paths that lead out', '../../a.jpg,cat\n/etc/passwd,cat\nC:\\a.jpg,cat\n..\\a.jpg,cat\n'],
    ['names of objects', '__proto__,cat\nconstructor,cat\ntoString,cat\n'],
    ['a quote that never ends', `"${'x'.repeat(100_000)}`],
    ['a million commas', ','.repeat(1_000_000)],
    ['a hundred thousand lines of rubbish', 'x,y\n'.repeat(100_000)],
    ['carriage returns alone', 'a\rb\rc'],
    ['quotes upon quotes', '""""""""""""'.repeat(1000)],
    ['spaces without end', `a.jpg${' '.repeat(200_000)}\n`],
    ['an endless numbered label', `a.jpg,${'1'.repeat(100_000)}.x\n`],
  ])('with %s labels no picture but its own', (_, text) => {
    for (const name of ['labels.csv', 'labels.txt', 'labels.tsv'])
      try {
        for (const { path } of read(text, name).images) expect(['a.jpg', 'b/a.jpg']).toContain(path);
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
  });
});

describe('CSV for spreadsheets', () => {
  const FORMULAS = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '=cmd|"/C calc"!A0',
    '\t=1',
    '\r=1',
    '=HYPERLINK("http://evil.example")',
    '=\n1',
  ];
  test.each(FORMULAS)('%j is text', (formula) => {
    const cell = csvField(formula);
    expect(cell).not.toMatch(/^"?[=+\-@\t\r]/);
    // One cell, whatever is in it.
    expect(parseCsv(`${cell},next`, ',')).toEqual([{ line: 1, cells: [expect.any(String), 'next'] }]);
  });

  test('the names of files, folders, classes and models are', () => {
    for (const formula of FORMULAS) {
      const classes = new ClassList([{ wnid: null, names: [formula] }]);
      const broken = csvBroken(formula, { path: `${formula}/a.jpg`, truth: 0, code: 'image-broken' }, classes);
      const result = csvResult(
        formula,
        { path: formula, truth: 0, truthRank: 1, truthProbability: 1, top: [{ index: 0, probability: 1 }] },
        classes,
      );
      for (const line of [broken, result])
        for (const { cells } of parseCsv(line, ',')) for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }
  });
});

describe('a journal', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cvt-journal-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('keeps what it says of pictures and passes over everything else', async () => {
    const journal = new Journal(folder, {
      folder: '/pictures',
      sha256: 'ab',
      spec: OFFICIAL,
      activation: 'gelu',
      preprocessing: OFFICIAL_224,
      version: '1',
      precision: 'fp32',
    });
    const good = { path: 'a.jpg', size: 1, mtimeMs: 2, truth: 0, code: 'image-broken', message: 'a.jpg: broken.' };
    const lines = [
      '',
      'null',
      '[]',
      deep(100_000, '[', ']'),
      JSON.stringify({ ...good, truth: -1 }),
      JSON.stringify({ ...good, truth: Number.POSITIVE_INFINITY }),
      JSON.stringify({ path: 'a', size: 1, mtimeMs: 1, truth: 0, top: [], truthProbability: 1, truthRank: 1 }),
      JSON.stringify({
        path: 'a',
        size: 1,
        mtimeMs: 1,
        truth: 0,
        top: [{ index: 0, probability: 2 }],
        truthProbability: 1,
        truthRank: 1,
      }),
      `{"__proto__":${JSON.stringify(good)}}`,
      '\0'.repeat(1000),
      JSON.stringify(good),
      JSON.stringify(good).slice(0, 30),
    ];
    await writeFile(journal.path, lines.join('\n'));
    const entries = [];
    for await (const entry of journal.entries()) entries.push(entry);
    expect(entries).toEqual([good]);
  });
});

describe('names', () => {
  test.each([
    ['a terminal’s orders', '\x1b]0;owned\x07\x1b[2J\x9b31mred', '?]0;owned??[2J?31mred'],
    ['a carriage return', 'safe\rerror', 'safe?error'],
    ['words turned round', 'photo\u202egpj.exe\u202c\u2066x\u2069', 'photo?gpj.exe??x?'],
    ['line separators', 'a\u2028b\u2029c\u0085d', 'a?b?c?d'],
    ['other scripts and signs', 'päprika “1” 日本 👩‍👩‍👧 \u200fعربي.jpg', 'päprika “1” 日本 👩‍👩‍👧 \u200fعربي.jpg'],
  ])('of %s in a message', (_, name, shown) => {
    expect(new SpecError('spec-unreadable', `${name}: no.`).message).toBe(`${shown}: no.`);
  });

  test('in what the command line prints', () => {
    const write = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    try {
      print('\x1b[2J\u202e.png  (cvt-demo)\n  99 %  cat\n');
      expect(write).toHaveBeenCalledExactlyOnceWith('?[2J?.png  (cvt-demo)\n  99 %  cat\n');
    } finally {
      write.mockRestore();
    }
  });
});
