import { describe, expect, test } from 'vitest';
import { Accumulator } from '../../models/evaluation/accumulator.ts';
import { ClassList } from '../../models/evaluation/class-list.ts';
import { parseCsv } from '../../models/evaluation/csv.ts';
import { reportAsHtml } from '../../models/evaluation/html/report-page.ts';
import { imageResult } from '../../models/evaluation/image-result.ts';
import {
  type EvaluationReport,
  evaluationReportSchema,
  modelEvaluation,
  reportAsJson,
} from '../../models/evaluation/report.ts';
import { CSV_HEADER, csvBroken, csvResult } from '../../models/evaluation/report-csv.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';

const EVIL = `<script>alert("1")</script>&'`;
const classes = new ClassList([
  { wnid: null, names: [EVIL] },
  { wnid: 'n00000001', names: ['cat', 'Felis catus'] },
  { wnid: null, names: ['=1+1'] },
]);
const paths = [`${EVIL}/a b#?.jpg`, '=cmd.jpg', 'c/"quoted".jpg'];

function report(images = 30, id = 'model.pth'): EvaluationReport {
  const accumulator = new Accumulator(3);
  for (let index = 0; index < images; index++)
    accumulator.add(imageResult(paths[index] ?? `c/${index}.jpg`, index % 3, Float32Array.from([1, 2.5, 0])));
  const evaluation = modelEvaluation({
    model: { id, sha256: 'ab12', activation: 'quick_gelu', preprocessing: cropSquare(96), precision: 'fp32' },
    classes,
    labelling: {
      images: [],
      problems: [{ kind: 'unknown-label', folder: EVIL, label: EVIL, count: 1, examples: [EVIL] }],
      labels: { total: 4, matched: 3 },
    },
    labelled: images + 1,
    accumulator,
    broken: [{ path: EVIL, code: 'image-broken', message: `${EVIL}: broken.` }],
  });
  return {
    schema: 'cvt-lens/evaluation',
    version: 1,
    folder: `/pictures/${EVIL}`,
    labelsFile: null,
    pictures: images + 1,
    limit: null,
    models: [evaluation],
  };
}

describe('the JSON report', () => {
  test.each([0, 1, 30])('of %i pictures keeps to its schema', (images) => {
    const written = report(images);
    expect(evaluationReportSchema.parse(JSON.parse(reportAsJson(written)))).toEqual(written);
  });

  test('has the published accuracy beside the measured one', () => {
    expect(report(3).models[0]!.published).toBeNull();
    expect(report(3, 'cvt-21-384-22k').models[0]!.published).toMatchObject({ top1: 0.8491, top5: 0.9762 });
  });
});

describe('the page', () => {
  test.each([0, 30])('of %i pictures runs and loads nothing, whatever files and classes are called', (images) => {
    const page = reportAsHtml(report(images), 'file:///pictures/');
    expect(page).toMatch(/^<!doctype html>\n/);
    expect(page).toContain(
      `http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'`,
    );
    expect(page).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|javascript:|\ssrc=|@import|url\(|\sstyle=/i);
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    expect(page).not.toMatch(/NaN|undefined|null|\[object/);
    // Every tag that is opened is closed, in order.
    const open: string[] = [];
    for (const [, slash, tag, self] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (self === '/' || tag === 'meta') continue;
      if (slash === '') open.push(tag!);
      else expect(open.pop()).toBe(tag);
    }
    expect(open).toEqual([]);
  });

  test('leads to the pictures', () => {
    const page = reportAsHtml(report(), 'file:///pictures/');
    const hrefs = [...page.matchAll(/href="([^"]*)"/g)].map(
      ([, href]) => new URL(href!.replaceAll('&#39;', "'").replaceAll('&amp;', '&')),
    );
    expect(hrefs.length).toBeGreaterThan(30);
    const targets = new Set(
      hrefs.map(({ protocol, pathname, search, hash }) => {
        expect([protocol, search, hash]).toEqual(['file:', '', '']);
        return decodeURIComponent(pathname);
      }),
    );
    for (const path of [paths[0]!, paths[2]!]) expect(targets).toContain(`/pictures/${path}`);
  });
});

test('CSV has a line a picture, and nothing that a spreadsheet would run', () => {
  const text = [
    CSV_HEADER,
    ...paths.map((path, truth) => csvResult('=m', imageResult(path, truth, Float32Array.from([1, 2.5, 0])), classes)),
    csvBroken('m', { path: 'x.jpg', truth: 1, code: 'image-broken' }, classes),
  ].join('');
  const [header, ...rows] = parseCsv(text, ',').map(({ cells }) => cells);
  expect(rows).toHaveLength(4);
  for (const row of rows) expect(row).toHaveLength(header!.length);
  expect(rows.flat().filter((cell) => /^[=+@]/.test(cell))).toEqual([]);
  const cell = (row: number, name: string) => rows[row]![header!.indexOf(name)];
  expect([cell(0, 'path'), cell(1, 'path'), cell(2, 'path')]).toEqual([paths[0], './=cmd.jpg', paths[2]]);
  expect([cell(1, 'true_label'), cell(1, 'true_wnid'), cell(1, 'true_rank')]).toEqual(['cat', 'n00000001', '1']);
  expect([cell(0, 'top1_label'), cell(0, 'top3_index'), cell(0, 'top4_index')]).toEqual(['cat', '2', '']);
  expect([cell(3, 'error'), cell(3, 'top1_label')]).toEqual(['image-broken', '']);
});
