import { join } from 'node:path';
import type { Worker } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

/** Real faults of the engine in a real browser. Each is survived with the pictures and results that were there. */

const PARROT = fileAt(join(SAMPLES, 'parrot.jpg'));
const OCTOPUS = fileAt(join(SAMPLES, 'octopus.jpg'));
const GIRAFFE = fileAt(join(SAMPLES, 'giraffe-tall.jpg'));
const INPUT = { kind: 'square', side: 96 } as const;
/** A silent Worker is noticed by a deadline of half a minute and more; the slowest machine takes a few of them. */
const NOTICED = { timeout: 240_000 };

beforeAll(async () => {
  await alone(ensureBuilt);
});

let app: InspectApp;
afterEach(() => app?.close());

const labelOf = async (name: string) => (await app.tile(name).getAttribute('aria-label')) ?? '';
const isAnswered = (name: string) => expect.poll(() => labelOf(name), NOTICED).toMatch(/: [a-z -]+, \d+\.\d/);
const chip = () => app.page.locator('.device-chip');

function engineWorker(): Worker {
  // One that was ended may be listed a moment longer.
  const worker = app.page.workers().findLast((each) => /\/worker-[^/]*\.js$/.test(each.url()));
  if (!worker) throw new Error('There is no engine Worker.');
  return worker;
}

/** Drops two pictures and does this to the Worker as soon as one of them has reached it. */
async function hitWhileRunning(hit: (worker: Worker) => Promise<unknown>): Promise<void> {
  await app.drop(OCTOPUS, GIRAFFE);
  await app.page.locator('.tile[data-status="running"]').first().waitFor({ timeout: 60_000 });
  // What is hit never answers.
  void hit(engineWorker()).catch(() => {});
}

describe.each([
  ['ends without a word', (worker: Worker) => worker.evaluate(() => self.close())],
  [
    'freezes in an endless loop',
    (worker: Worker) =>
      worker.evaluate(() => {
        for (;;);
      }),
  ],
  [
    'dies of an error',
    (worker: Worker) =>
      worker.evaluate(() => {
        setTimeout(() => {
          throw new Error('a bug in the Worker');
        });
      }),
  ],
] as const)('a Worker that %s in the middle of a run', (_, hit) => {
  test('is replaced; what was there stays, and what was under way is answered', async () => {
    app = await InspectApp.start({ device: 'wasm', input: INPUT }, false);
    await app.drop(PARROT);
    await isAnswered('parrot.jpg');
    const before = await labelOf('parrot.jpg');
    const first = engineWorker();
    await hitWhileRunning(hit);
    await isAnswered('octopus.jpg');
    await isAnswered('giraffe-tall.jpg');
    expect(await labelOf('parrot.jpg')).toBe(before);
    expect(engineWorker()).not.toBe(first);
    await expect.poll(() => chip().textContent()).toMatch(/^CPU/);
    // Its maps went with the Worker; looked at again, it is run again.
    await app.tile('parrot.jpg').click();
    await expect.poll(() => app.shownView(), NOTICED).not.toBeNull();
    expect(app.complaints.filter((text) => !text.includes('a bug in the Worker'))).toEqual([]);
  });
});

test('a GPU process that is killed in the middle of a run is survived on a new device', async () => {
  app = await InspectApp.start({ device: 'webgpu', input: INPUT }, true);
  await app.drop(PARROT);
  await isAnswered('parrot.jpg');
  const before = await labelOf('parrot.jpg');
  await app.drop(OCTOPUS, GIRAFFE);
  await app.page.locator('.tile[data-status="running"]').first().waitFor({ timeout: 60_000 });
  await killGpuProcess(app);
  await isAnswered('octopus.jpg');
  await isAnswered('giraffe-tall.jpg');
  expect(await labelOf('parrot.jpg')).toBe(before);
  await expect.poll(() => chip().textContent(), NOTICED).toMatch(/^WebGPU/);
});

test('a runtime that cannot be loaded is tried again, said, and started once it is there', async () => {
  app = await InspectApp.start({ device: 'wasm', input: INPUT }, false);
  await app.drop(PARROT);
  await isAnswered('parrot.jpg');
  const before = await labelOf('parrot.jpg');
  // As when the server has ended: not one byte of the runtime comes.
  await app.page.context().route('**/*.wasm', (route) => route.abort());
  await engineWorker().evaluate(() => {
    setTimeout(() => {
      throw new Error('a bug in the Worker');
    });
  });
  await app.drop(OCTOPUS);
  await expect.poll(() => chip().textContent(), NOTICED).toBe('The engine stopped');
  expect(await labelOf('octopus.jpg')).toMatch(/^octopus\.jpg: .*Is the app still running/);
  await app.page.getByRole('alert').getByText('own files could not be read').waitFor();
  expect(await labelOf('parrot.jpg')).toBe(before);
  await app.page.context().unroute('**/*.wasm');
  await chip().click();
  await app.page.getByRole('button', { name: 'Start the engine again', exact: true }).click();
  await isAnswered('octopus.jpg');
  expect(await labelOf('parrot.jpg')).toBe(before);
});

/** The browser starts another one by itself. */
async function killGpuProcess({ page }: InspectApp): Promise<void> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const gpu = processInfo.find(({ type }) => type === 'GPU');
  if (!gpu) throw new Error('This browser has no GPU process.');
  process.kill(gpu.id, 'SIGKILL');
}
