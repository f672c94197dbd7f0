import { describe, expect, test } from 'vitest';
import { ClassList, classesFromLabels } from '../../models/evaluation/class-list.ts';
import { parseCsv } from '../../models/evaluation/csv.ts';
import type { LabelProblem } from '../../models/evaluation/label-problems.ts';
import { problemInWords } from '../../models/evaluation/label-problems.ts';
import { labelsFromFile, labelsFromFolders } from '../../models/evaluation/labelled-images.ts';

const CLASSES = new ClassList([
  ...classesFromLabels(['dog, hound', 'fire engine', 'train', 'crane, heron', 'lift, crane'], 5),
  { wnid: 'n01440764', names: ['tench', 'Tinca tinca'] },
]);
const TENCH = 5;

const problem = (
  kind: LabelProblem['kind'],
  { folder = null, label = null, count = 1, examples }: Partial<LabelProblem>,
): LabelProblem => ({ kind, folder, label, count, examples: examples ?? [] });

describe('labels from folders', () => {
  test.each<[path: string, truth: number]>([
    ['dog/a.jpg', 0],
    ['Hound/a.jpg', 0],
    ['Fire_Engine/a.jpg', 1],
    ['n01440764/a.jpg', TENCH],
    ['3/a.jpg', 3],
    // A split's folder above, a session's below, and a class called as a split is.
    ['val/dog/a.jpg', 0],
    ['dog/monday/a.jpg', 0],
    ['train/dog/a.jpg', 0],
    ['train/n01440764/a.jpg', TENCH],
    ['train/a.jpg', 2],
    // Stronger words win over nearer ones.
    ['dog/3/a.jpg', 0],
    ['n01440764/dog/a.jpg', TENCH],
  ])('%s', (path, truth) => {
    const { images, problems } = labelsFromFolders([path], CLASSES);
    expect({ images, problems }).toEqual({ images: [{ path, truth }], problems: [] });
  });

  test('problems are told by folder, and the other pictures are kept in order', () => {
    const paths = ['17/a.jpg', 'a.jpg', 'cat/a.jpg', 'cat/b.jpg', 'crane/a.jpg', 'dog/a.jpg', 'val/cat/c.jpg'];
    const { images, problems, labels } = labelsFromFolders(paths, CLASSES);
    expect(images).toEqual([{ path: 'dog/a.jpg', truth: 0 }]);
    expect(problems).toEqual([
      problem('index-out-of-range', { folder: '17', label: '17', examples: ['17/a.jpg'] }),
      problem('file-without-label', { folder: '', examples: ['a.jpg'] }),
      problem('unknown-label', { folder: 'cat', label: 'cat', count: 2, examples: ['cat/a.jpg', 'cat/b.jpg'] }),
      problem('ambiguous-label', { folder: 'crane', label: 'crane', examples: ['crane/a.jpg'] }),
      problem('unknown-label', { folder: 'val/cat', label: 'cat', examples: ['val/cat/c.jpg'] }),
    ]);
    expect(labels).toEqual({ total: 4, matched: 1 });
    for (const each of problems) expect(problemInWords(each)).toMatch(/^.+\.$/);
  });
});

const PATHS = ['a b.jpg', 'one.JPEG', 'sub/two.png', 'three.png'];
const ALL = [
  { path: 'a b.jpg', truth: 0 },
  { path: 'one.JPEG', truth: TENCH },
  { path: 'sub/two.png', truth: 1 },
  { path: 'three.png', truth: 3 },
];

describe('labels from a file', () => {
  test.each<[form: string, file: string, text: string]>([
    ['val_map.txt', 'val_map.txt', 'a b.jpg dog\none.JPEG n01440764\ntwo.png fire engine\nthree.png 3\n'],
    ['CRLF, BOM and empty lines', 'val_map.txt', '\uFEFFa b.jpg hound\r\n\r\none.JPEG 5\r\ntwo.png 1\r\nthree.png 3'],
    ['tabs', 'labels.txt', 'a b.jpg\tdog\none.JPEG\tTinca tinca\nsub/two.png\tfire_engine\nthree.png\t3\n'],
    ['CSV with a header', 'l.csv', 'filename,label\na b.jpg,dog\none.JPEG,tench\ntwo.png,fire engine\nthree.png,3\n'],
    ['CSV without a header', 'l.csv', 'a b.jpg,dog\none.JPEG,tench\nsub\\two.png,1\nthree.png,3\n'],
    ['semicolons', 'l.csv', 'a b.jpg;dog\none.JPEG;tench\ntwo.png;1\nthree.png;3\n'],
    ['the label first', 'l.csv', 'dog,a b.jpg\ntench,one.JPEG\n1,two.png\n3,three.png\n'],
    [
      'quoted fields',
      'l.csv',
      '"image","class"\n"a b.jpg","dog, hound"\none.JPEG,"tench"\ntwo.png,1\n"three.png","3"\n',
    ],
    ['commas in labels', 'map.txt', 'a b.jpg dog, hound\none.JPEG tench, Tinca tinca\ntwo.png 1\nthree.png 3\n'],
    [
      'more columns',
      'l.csv',
      'index,path,width,label\n0,a b.jpg,9,dog\n1,one.JPEG,9,tench\n2,two.png,9,1\n3,three.png,9,3\n',
    ],
    ['row numbers, no header', 'l.csv', '0,a b.jpg,dog\n1,one.JPEG,tench\n2,two.png,fire engine\n3,three.png,3\n'],
    ['names without extension', 'l.csv', 'ImageId,PredictionString\na b,dog\none,n01440764 1 2 3 4\ntwo,1\nthree,3\n'],
    [
      'longer paths',
      'l.csv',
      'path,wnid\n/data/val/a b.jpg,dog\n./one.JPEG,tench\nval/sub/two.png,1\nval/three.png,3\n',
    ],
    ['the same line twice', 'm.txt', 'a b.jpg dog\na b.jpg 0\none.JPEG 5\ntwo.png 1\nthree.png 3\n'],
  ])('%s', (_, file, text) => {
    const { images, problems } = labelsFromFile(PATHS, text, file, CLASSES);
    expect({ images, problems }).toEqual({ images: ALL, problems: [] });
  });

  test('problems are told by line, and the other pictures are kept', () => {
    const paths = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'x/same.jpg', 'y/same.jpg'];
    const text =
      'a.jpg dog\nb.jpg cat\nmissing.jpg dog\nc.jpg dog\nc.jpg tench\nalone\nsame.jpg dog\nx/same.jpg crane\n';
    const { images, problems, labels } = labelsFromFile(paths, text, 'val_map.txt', CLASSES);
    expect(images).toEqual([{ path: 'a.jpg', truth: 0 }]);
    expect(problems).toEqual([
      problem('unreadable-line', { examples: ['6'] }),
      problem('unknown-label', { label: 'cat', examples: ['2: b.jpg'] }),
      problem('label-without-file', { examples: ['3: missing.jpg'] }),
      problem('ambiguous-file', { examples: ['7: same.jpg'] }),
      problem('ambiguous-label', { label: 'crane', examples: ['8: x/same.jpg'] }),
      problem('conflicting-label', { examples: ['c.jpg'] }),
      problem('file-without-label', { count: 2, examples: ['d.jpg', 'y/same.jpg'] }),
    ]);
    expect(labels).toEqual({ total: 4, matched: 2 });
    for (const each of problems) expect(problemInWords(each)).toMatch(/^.+\.$/);
  });

  test('a problem of thousands of lines names a few and counts all', () => {
    const text = Array.from({ length: 5000 }, (_, line) => `gone-${line}.jpg dog`).join('\n');
    const { problems } = labelsFromFile(['a.jpg'], text, 'val_map.txt', CLASSES);
    const gone = problems.find(({ kind }) => kind === 'label-without-file')!;
    expect(gone.count).toBe(5000);
    expect(gone.examples.length).toBeLessThan(50);
  });

  test.each(['', '\n\n', ',,,\n', '"'])('%j has no labels', (text) => {
    expect(labelsFromFile(['a.jpg'], text, 'l.csv', CLASSES).images).toEqual([]);
  });
});

describe('CSV', () => {
  test.each<[text: string, rows: readonly (readonly string[])[]]>([
    [
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,\r\n',
      [
        ['a', 'b'],
        ['c', ''],
      ],
    ],
    ['a\rb', [['a'], ['b']]],
    [
      '"a,b","c""d"\n"e\nf",',
      [
        ['a,b', 'c"d'],
        ['e\nf', ''],
      ],
    ],
    ['a"b,c', [['a"b', 'c']]],
    ['""\n', [['']]],
    ['"open,\nend', [['open,\nend']]],
  ])('%j', (text, rows) => {
    expect(parseCsv(text, ',').map(({ cells }) => cells)).toEqual(rows);
  });

  test('lines are counted through quoted line ends', () => {
    expect(parseCsv('a\n\n"b\r\nc",1\r\nd', ',').map(({ line }) => line)).toEqual([1, 3, 5]);
  });
});
