import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { InspectApp } from './inspect-page.ts';

beforeAll(async () => {
  await alone(ensureBuilt);
});

/** In the desktop app's place: a preload script's bridge whose main process keeps the engine off the GPU until it is asked. */
function standInForPreload(): void {
  const ok = async (value: unknown = null) => ({ ok: true, value });
  const facts = async () => (await fetch('/api/shell')).json();
  const device = {
    preference: 'auto',
    provider: 'wasm',
    adapter: null,
    threads: 2,
    fallbackReason: 'The GPU process ended 3 times, so the CPU is used.',
    runtime: 'onnxruntime-web',
    precisions: ['fp32'],
  };
  let standing = { kind: 'avoided', restarts: true } as object;
  const ends = () => () => {};
  Object.assign(globalThis, {
    cvtLens: {
      versions: async () => ok((await facts()).versions),
      models: async () => ok((await facts()).models),
      samples: async () => ok((await facts()).samples),
      readSettings: async () => ok(await (await fetch('/api/settings')).json()),
      writeSettings: () => ok(),
      gpuStanding: () => ok(standing),
      retryGpu: () => {
        standing = { kind: 'open' };
        document.title = 'the GPU is tried again';
        return ok();
      },
      openExternal: () => ok(),
      library: {
        follow: ends,
        command: () => ok(),
        work: () => new Promise(() => {}),
        cancel: () => ok(),
        takeFile: () => ok(),
      },
      desktop: {
        onCommand: ends,
        offer: () => ok(),
        onGiven: ends,
        takeGiven: () => ok({ files: [], problems: [], more: false }),
        toLibrary: () => ok(),
        recents: () => ok([]),
        onRecents: ends,
        openRecent: () => ok(),
        clearRecents: () => ok(),
        noteRecents: () => ok(),
      },
      diagnostics: () => ok(),
      log: () => ok(),
      requestEnginePort: () => {
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', ({ data }) => {
          if (data.call === 'configure') port1.postMessage({ type: 'answer', id: data.id, answer: device });
        });
        port1.start();
        port1.postMessage({ type: 'state', state: { kind: 'ready', device } });
        window.postMessage('cvt-lens:engine-port', location.origin, [port2]);
      },
    },
  });
}

test('a GPU that died too often is offered again in the device menu', async () => {
  const app = await InspectApp.start({ device: 'auto' }, false);
  const { page } = app;
  try {
    await page.addInitScript(standInForPreload);
    await page.reload();
    const chip = page.locator('.device-chip');
    await expect.poll(() => chip.textContent(), { timeout: 60_000 }).toMatch(/^CPU/);
    await chip.click();
    await page.getByText('The GPU process ended 3 times').waitFor();
    await page.getByText('CvT Lens starts again for it').waitFor();
    await page.getByRole('button', { name: 'Try the GPU again' }).click();
    await expect.poll(() => page.title()).toBe('the GPU is tried again');
    expect(await page.getByRole('button', { name: 'Try the GPU again' }).count()).toBe(0);
  } finally {
    await app.close();
  }
});
