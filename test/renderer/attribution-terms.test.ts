import { describe, expect, test } from 'vitest';
import type { Attribution } from '../../models/attention/attribution.ts';
import {
  barRange,
  barSpan,
  headTerms,
  logitTerms,
  logitText,
  signedLogit,
} from '../../renderer/screens/inspect/attribution/attribution-terms.ts';

/** Two blocks of two heads over CLS and two keys. */
function attribution(index: number, scale: number): Attribution {
  const keys = Float32Array.of(1, 2, 3, 0.5, -1, -2, 4, 0, 1, -3, 5, 6).map((value) => value * scale);
  const attentionBias = Float32Array.of(0.25, -0.5);
  const mlp = Float32Array.of(-1, 2.5);
  const terms = [...keys, ...attentionBias, ...mlp, 0.75, 0.125];
  const sum = terms.reduce((total, value) => total + value, 0);
  return { index, logit: sum + 1e-6, sum, keys, attentionBias, mlp, initial: 0.75, bias: 0.125 };
}

describe.each([
  { title: 'a class', contrast: null },
  { title: 'a class against another', contrast: attribution(1, -2) },
])('the terms of $title', ({ contrast }) => {
  const terms = logitTerms(attribution(0, 1), contrast, 2, 1);
  const factor = contrast ? 3 : 1;

  test('have in every block what its heads read in the picture, CLS apart', () => {
    expect(terms.blocks).toEqual([2 * factor, 12 * factor]);
    expect(terms.heads).toEqual([
      [5 * factor, -3 * factor],
      [1 * factor, 11 * factor],
    ]);
    expect(terms.others.find(({ id }) => id === 'cls')?.value).toBe(2.5 * factor);
  });

  test('add up to the logit', () => {
    const shown = [...terms.blocks, ...terms.others.map(({ value }) => value)];
    const total = shown.reduce((sum, value) => sum + value, 0);
    expect(total).toBeCloseTo(terms.sum, 5);
    expect(total).toBeCloseTo(terms.logit, 5);
  });

  test('show the heads of one block or of all', () => {
    expect(headTerms(terms, 1)).toEqual([1 * factor, 11 * factor]);
    expect(headTerms(terms, null)).toEqual([6 * factor, 8 * factor]);
  });
});

test('without a class token every key lies in the picture', () => {
  const terms = logitTerms(attribution(0, 1), null, 2, 0);
  expect(terms.blocks).toEqual([3.5, 13]);
  expect(terms.others.map(({ id }) => id)).toEqual(['mlp', 'attentionBias', 'initial', 'bias']);
});

test.each([
  { values: [3, -1], value: 2, span: { start: 0.25, width: 0.5 } },
  { values: [3, -1], value: -1, span: { start: 0, width: 0.25 } },
  { values: [2, 4], value: 2, span: { start: 0, width: 0.5 } },
  { values: [-2, -4], value: -2, span: { start: 0.5, width: 0.5 } },
  { values: [0], value: 0, span: { start: 0.5, width: 0 } },
])('a bar of $value among $values starts or ends at zero', ({ values, value, span }) => {
  expect(barSpan(value, barRange(values))).toEqual(span);
});

test('parts have their sign, and nothing is minus nothing', () => {
  expect([1.2, -0.31, 0, -0.0001].map(signedLogit)).toEqual(['+1.200', '−0.310', '0.000', '0.000']);
  expect([8.2138, -1.02].map(logitText)).toEqual(['8.214', '−1.020']);
});
