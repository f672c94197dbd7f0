import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { add, passedOnSecondTry, readReport, summary } from '../count-results.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvt-lens-count-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const WELL = { status: 'passed', assertionResults: [{ status: 'passed' }] };
const UNLOADABLE = { status: 'failed', assertionResults: [] };
const FAILED = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] };

test.each([
  ['all well', { numPassedTests: 2, numPendingTests: 1, testResults: [WELL] }, 0, [2, 0, 1]],
  ['a failed test', { numPassedTests: 1, numFailedTests: 1, testResults: [FAILED] }, 1, [1, 1, 0]],
  ['a file that cannot be loaded', { numPassedTests: 3, testResults: [WELL, UNLOADABLE] }, 1, [3, 1, 0]],
  ['an error outside of any test', { numPassedTests: 3, testResults: [WELL] }, 1, [3, 1, 0]],
  ['no report', null, 1, [0, 1, 0]],
  ['no report although vitest says all is well', null, 0, [0, 1, 0]],
] as const)('%s', (_, report, exitCode, [passed, failed, skipped]) => {
  const file = join(folder, 'report.json');
  rmSync(file, { force: true });
  if (report !== null) writeFileSync(file, JSON.stringify(report));
  expect(readReport(file, exitCode)).toEqual({ passed, failed, skipped });
});

test('what needed a second try is named', () => {
  const file = join(folder, 'report.json');
  const assertionResults = [
    { status: 'passed', fullName: 'well', failureMessages: [] },
    { status: 'passed', fullName: 'wavers', failureMessages: ['late by a frame'] },
    { status: 'failed', fullName: 'fails', failureMessages: ['once', 'twice'] },
  ];
  writeFileSync(file, JSON.stringify({ testResults: [{ status: 'failed', assertionResults }] }));
  expect(passedOnSecondTry(file)).toEqual(['wavers']);
});

test('the last line', () => {
  expect(summary(add({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 3, skipped: 0 }))).toBe(
    '3 passed, 3 failed',
  );
  expect(summary({ passed: 1, failed: 0, skipped: 4 })).toBe('1 passed, 0 failed, 4 skipped');
});
