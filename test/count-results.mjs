import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Results
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/** @type {Results} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * @param {Results} a
 * @param {Results} b
 * @returns {Results}
 */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @param {Results} results */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The counts of a vitest JSON report. A file that could not even be loaded has no tests, but counts as a failure; so does a
 * run that failed without naming a test (an error outside of any test, a crash before the report was written).
 * @param {string} file
 * @param {number} exitCode of vitest
 * @returns {Results}
 */
export function readReport(file, exitCode) {
  const report = parse(file);
  if (report === null) return { ...NOTHING, failed: 1 };
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0, testResults = [] } = report;
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = numFailedTests + broken.length;
  return {
    passed: numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  };
}

/**
 * Full names of the tests that failed first and passed when tried again: each hides a race that wants mending.
 * @param {string} file vitest's JSON report
 * @returns {string[]}
 */
export function passedOnSecondTry(file) {
  const tests = (parse(file)?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults);
  return tests.flatMap(({ status, fullName, failureMessages }) =>
    status === 'passed' && failureMessages?.length ? [fullName ?? ''] : [],
  );
}

/**
 * @typedef {object} Report
 * @property {number} [numPassedTests]
 * @property {number} [numFailedTests]
 * @property {number} [numPendingTests]
 * @property {number} [numTodoTests]
 * @property {{ status: string, assertionResults: { status: string, fullName?: string, failureMessages?: string[] }[] }[]} [testResults]
 */

/**
 * @param {string} file
 * @returns {Report | null}
 */
function parse(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
