import { beforeAll, describe, expect, test } from 'vitest';
import { findAppRoot } from '../../electron/app-root.ts';
import { classesOf } from '../../electron/evaluation/model-classes.ts';
import { readImagenetClasses, readImagenetLabels } from '../../electron/imagenet-labels.ts';
import {
  ClassList,
  type ClassName,
  classesFromLabels,
  type LabelMeaning,
  withWordNetIds,
} from '../../models/evaluation/class-list.ts';

let imagenet: readonly ClassName[];
beforeAll(async () => {
  imagenet = await readImagenetClasses(findAppRoot());
});

const meant = (index: number, by: 'wnid' | 'name' | 'index'): LabelMeaning => ({ kind: 'class', index, by });

describe("ImageNet's classes are found by", () => {
  test.each<[label: string, meaning: LabelMeaning]>([
    ['n01440764', meant(0, 'wnid')],
    ['N01440764', meant(0, 'wnid')],
    ['n01440764 tench, Tinca tinca', meant(0, 'wnid')],
    ['n03995372 85 1 499 272', meant(740, 'wnid')],
    ['n01440765', { kind: 'unknown' }],
    ['n014407640', { kind: 'unknown' }],
    ['tench', meant(0, 'name')],
    ['Tinca tinca', meant(0, 'name')],
    ['tench, Tinca tinca', meant(0, 'name')],
    ['GOLDEN_RETRIEVER', meant(207, 'name')],
    ['  golden   retriever ', meant(207, 'name')],
    ["potter's wheel", meant(739, 'name')],
    ['potters-wheel', meant(739, 'name')],
    ['Saint_Bernard', meant(247, 'name')],
    // Two names that differ in their case alone.
    ['Cardigan', meant(264, 'name')],
    ['cardigan', meant(474, 'name')],
    ['CARDIGAN', { kind: 'ambiguous', indexes: [264, 474] }],
    // The shown name wins over another class's synonym; a whole comma list tells the two apart.
    ['crane', meant(517, 'name')],
    ['crane bird', meant(134, 'name')],
    ['maillot, tank suit', meant(639, 'name')],
    ['panther', { kind: 'ambiguous', indexes: [286, 290] }],
    ['panther, Panthera onca', meant(290, 'name')],
    ['tench, goldfish', { kind: 'unknown' }],
    ['0', meant(0, 'index')],
    ['0007', meant(7, 'index')],
    ['999', meant(999, 'index')],
    ['1000', { kind: 'out-of-range' }],
    ['007.cock', meant(7, 'name')],
    ['-1', { kind: 'unknown' }],
    ['1.5', { kind: 'unknown' }],
    ['', { kind: 'unknown' }],
    ['constructor', { kind: 'unknown' }],
  ])('%j', (label, meaning) => {
    expect(new ClassList(imagenet).find(label)).toEqual(meaning);
  });

  test('its WordNet id, its shown name and its comma list, every one of them', () => {
    const list = new ClassList(imagenet);
    for (const [index, { wnid, names }] of imagenet.entries()) {
      expect(list.find(wnid!)).toEqual(meant(index, 'wnid'));
      expect(list.find(names[0]!)).toEqual(meant(index, 'name'));
      expect(list.find(names.join(', '))).toEqual(meant(index, 'name'));
    }
  });
});

test('a class that is called by a number is meant by it, wherever it stands', () => {
  const digits = new ClassList(classesFromLabels(['zero', '2', '1'], 3));
  expect(digits.find('2')).toEqual(meant(1, 'name'));
  expect(digits.find('1')).toEqual(meant(2, 'name'));
  expect(digits.find('0')).toEqual(meant(0, 'index'));
});

describe('class names from labels', () => {
  test('are split at commas, take WordNet ids, and are numbers where there are none', () => {
    expect(classesFromLabels(['cat, Felis catus', 'n02084071 dog', 'n02084071'], 4)).toEqual([
      { wnid: null, names: ['cat, Felis catus', 'cat', 'Felis catus'] },
      { wnid: 'n02084071', names: ['dog'] },
      { wnid: 'n02084071', names: ['n02084071'] },
      { wnid: null, names: ['class 3'] },
    ]);
  });

  test("gain ids and synonyms where they are ImageNet's, and keep the shown names", () => {
    const comma = imagenet.map(({ names }) => names.join(', '));
    const known = withWordNetIds(classesFromLabels(comma, 1000), imagenet);
    expect(known.map(({ wnid }) => wnid)).toEqual(imagenet.map(({ wnid }) => wnid));
    expect(known[0]!.names[0]).toBe('tench, Tinca tinca');
  });

  test('are left alone where one of them is another class', () => {
    const labels = imagenet.map(({ names }) => names[0]!);
    [labels[3], labels[4]] = [labels[4]!, labels[3]!];
    const classes = classesFromLabels(labels, 1000);
    expect(withWordNetIds(classes, imagenet)).toBe(classes);
  });
});

describe('the classes of a model', () => {
  test("of ImageNet's 1000 have their WordNet ids, whichever way its labels are written", async () => {
    const shown = await readImagenetLabels(findAppRoot());
    for (const labels of [shown, imagenet.map(({ names }) => names.join(', ')), imagenet.map(({ wnid }) => wnid!)]) {
      const list = await classesOf({ id: 'model', labels, numClasses: 1000 }, null);
      expect(list.classes.map(({ wnid }) => wnid)).toEqual(imagenet.map(({ wnid }) => wnid));
      expect(list.shown(0)).toMatch(/^tench/);
      expect(list.find('Tinca_tinca')).toEqual(meant(0, 'name'));
    }
  });

  test('of another thousand are its own', async () => {
    const labels = Array.from({ length: 1000 }, (_, index) => `thing ${index}`);
    const list = await classesOf({ id: 'model', labels, numClasses: 1000 }, null);
    expect(list.classes[0]).toEqual({ wnid: null, names: ['thing 0'] });
    expect(list.find('tench').kind).toBe('unknown');
  });
});
