import { defineConfig } from 'vitest/config';

// `unit` is quick and needs nothing but Node; `golden` runs the runtime; `browser` and `e2e` drive a real Chromium.
// One file at a time where timing or memory would make neighbours trip each other.

/** A browser that is driven from outside can be held up by the machine; `npm test` names what needed a second try. */
const BROWSER_RETRIES = 1;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/golden/**', 'test/browser/**', 'test/e2e/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'golden',
          include: ['test/golden/**/*.test.ts'],
          testTimeout: 600_000,
          fileParallelism: false,
          pool: 'forks',
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          retry: BROWSER_RETRIES,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          retry: BROWSER_RETRIES,
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
