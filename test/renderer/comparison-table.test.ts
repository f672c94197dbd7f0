import { expect, test } from 'vitest';
import { jensenShannon } from '../../models/compare/predictions.ts';
import { parseCsv } from '../../models/evaluation/csv.ts';
import { compareAll } from '../../renderer/compare/column-results.ts';
import { comparisonCsv, comparisonJson } from '../../renderer/compare/comparison-table.ts';
import type { Column, ColumnState } from '../../renderer/stores/compare.ts';
import { analysis, ENTRY, REPORT } from './fake-engine.ts';

const column = (id: string): Column => ({
  id,
  modelId: 'test',
  input: { kind: 'own' },
  provider: null,
  precision: 'fp32',
});
const done = (runId: string, probabilities: Float32Array): ColumnState => ({
  kind: 'done',
  entry: { ...ENTRY, labels: ['cat', 'dog, wet', '=fox'] },
  report: REPORT,
  analysis: { ...analysis(runId), probabilities },
});

const [P, Q] = [Float32Array.of(0.1, 0.2, 0.7), Float32Array.of(0.1, 0.6, 0.3)];
const states = { a: done('1', P), b: done('2', Q), c: { kind: 'running', title: 'C', progress: null } } as const;
const columns = [column('a'), column('b'), column('c')];
const compared = compareAll(columns, states, {}, 'a');

test('a CSV has a line for every finished column, and numbers against the reference', () => {
  const csv = comparisonCsv(compared, 'parrot, green.jpg');
  const [header, ...lines] = parseCsv(csv, ',').map(({ cells }) => cells);
  const cell = (line: number, name: string) => lines[line]![header!.indexOf(name)];
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toHaveLength(header!.length);
  expect(lines.map((_, line) => cell(line, 'column'))).toEqual(['A', 'B']);
  expect(cell(0, 'picture')).toBe('parrot, green.jpg');
  expect(cell(0, 'jensen_shannon_bits')).toBe('');
  expect(Number(cell(1, 'jensen_shannon_bits'))).toBe(jensenShannon(P, Q));
  expect(cell(1, 'top1_differs')).toBe('yes');
  expect(cell(1, 'class_1')).toBe('dog, wet');
  // Nothing that a spreadsheet would run.
  expect(cell(0, 'class_1')).toBe("'=fox");
  // One checkpoint and input: the logits are held against each other, and are the same here.
  expect(cell(1, 'logit_error_max')).toBe('0');
});

test('JSON names the classes that moved', () => {
  const parsed = JSON.parse(comparisonJson(compared, 'parrot.jpg'));
  expect(parsed.reference).toBe('A');
  expect(parsed.columns[0].againstReference).toBeNull();
  const [first] = parsed.columns[1].againstReference.classes.shifts;
  expect(Math.abs(first.shift)).toBeCloseTo(0.4, 6);
  expect(first.label).toBe(['cat', 'dog, wet', '=fox'][first.index]);
});

test('without its reference nothing is compared', () => {
  const waiting = compareAll(columns, states, {}, 'c');
  expect(waiting.done).toHaveLength(2);
  expect(waiting.others).toEqual([]);
});
