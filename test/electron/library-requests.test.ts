import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { answerRequest, type RequestHandlers } from '../../electron/ipc/answer-request.ts';
import { answerLibrary } from '../../electron/ipc/library-requests.ts';
import { LibraryAssets } from '../../electron/protocol/library-assets.ts';
import { respond } from '../../electron/protocol/respond.ts';
import { LibraryDesk } from '../../electron/weights/library-desk.ts';
import { MemoryTokenStore } from '../../electron/weights/token-store.ts';
import type { LibraryBridge } from '../../renderer/shell/bridge.ts';
import { ElectronLibrary } from '../../renderer/shell/electron-library.ts';
import { LibraryClient } from '../../renderer/shell/library-client.ts';
import type { ImportProposal, LibrarySnapshot, WorkProgress } from '../../renderer/shell/model-library.ts';
import { type ImportBench, openImportBench } from '../weights/imports-bench.ts';

const UI = { role: 'ui', frameAddress: 'app://cvt-lens/', isMainFrame: true } as const;

/** The page's client over the real handlers: only ipcMain and ipcRenderer are left out. */
let bench: ImportBench;
let desk: LibraryDesk;
let assets: LibraryAssets;
let client: LibraryClient;
/** Paths of files, which only the preload script can ask the system for. */
let paths: Map<File, string>;
const reveal = vi.fn();
const pickFolder = vi.fn<() => Promise<string | null>>();

beforeEach(async () => {
  bench = await openImportBench();
  assets = new LibraryAssets(new Map());
  desk = await LibraryDesk.open({
    env: { CVT_LENS_HOME: bench.desk, HF_TOKEN: 'from the environment' },
    shipped: [],
    assets,
    imagenetLabels: async () => [],
    tokens: new MemoryTokenStore(),
    canReference: true,
    reveal,
    pickFolder,
  });
  paths = new Map();
  const hearing = new Set<(channel: string, tidings: unknown) => void>();
  const handlers = answerLibrary(desk, (channel, tidings) => {
    for (const each of hearing) each(channel, structuredClone(tidings));
  }) as RequestHandlers;
  const ask = (channel: keyof typeof handlers, argument?: unknown) =>
    answerRequest(handlers, channel, UI, structuredClone(argument));
  const hear = (wanted: string, listener: (tidings: never) => void) => {
    const each = (channel: string, tidings: unknown) => {
      if (channel === wanted) listener(tidings as never);
    };
    hearing.add(each);
    return () => hearing.delete(each);
  };
  const bridge: LibraryBridge = {
    follow(listener) {
      const stop = hear('library:changed', listener);
      void ask('library:snapshot').then((outcome) => outcome.ok && listener(outcome.value));
      return stop;
    },
    command: (command) => ask('library:command', command),
    async work(ticket, work, onProgress) {
      const stop = hear('library:progress', (tidings: { ticket: string; progress: unknown }) => {
        if (tidings.ticket === ticket) onProgress(tidings.progress);
      });
      return ask('library:work', { ticket, work }).finally(stop);
    },
    cancel: (ticket) => ask('library:cancel', ticket),
    takeFile: (file) => ask('library:file', paths.get(file) ?? ''),
  };
  client = new LibraryClient(
    new ElectronLibrary(bridge, { toLibrary: (id) => Promise.reject(new Error(`${id} was given to nobody`)) }),
    async () => {},
  );
});

afterEach(async () => {
  await desk.close();
  await bench.close();
  vi.resetAllMocks();
});

async function dropped(name: string): Promise<File> {
  const { path } = await bench.fixture(name);
  const file = new File([], name);
  paths.set(file, path);
  return file;
}

async function inspected(onProgress: (progress: WorkProgress) => void): Promise<ImportProposal> {
  return client.inspect([await dropped('official-zip.pth'), await dropped('official-spec.json')], { onProgress });
}

const choices = {
  title: 'Mine',
  size: { rows: 64, cols: 64 },
  activation: 'quick_gelu',
  labels: 'index',
  place: 'reference',
} as const;

async function snapshotWhere(wanted: (snapshot: LibrarySnapshot) => boolean): Promise<LibrarySnapshot> {
  return new Promise((resolve) => {
    const stop = client.subscribe((snapshot) => {
      if (!wanted(snapshot)) return;
      resolve(snapshot);
      queueMicrotask(() => stop());
    });
  });
}

describe('the library of a page in Electron', () => {
  test('a dropped file is referenced where it lies, told of, served, revealed and forgotten', async () => {
    const progress = vi.fn();
    const proposal = await inspected(progress);
    const [last] = progress.mock.lastCall ?? [];
    expect(last).toMatchObject({ phase: 'checking', done: last.total });
    expect(last.total).toBeGreaterThan(proposal.size);
    expect(proposal.places).toEqual(['reference', 'copy']);
    const id = await client.confirmImport(proposal.id, choices);
    const { entries, abilities, hub } = await snapshotWhere((snapshot) =>
      snapshot.entries.some((each) => each.id === id),
    );
    expect(entries.find((entry) => entry.id === id)).toMatchObject({ state: { kind: 'installed', place: 'outside' } });
    expect(abilities).toEqual({ canReference: true, canReveal: true, picksFolder: true });
    expect(hub.token).toBe('environment');

    const entry = await client.use(id);
    const response = await respond(assets, new Request(`app://cvt-lens${entry.weightsUrl}`));
    expect((await response.arrayBuffer()).byteLength).toBe(entry.weightsSize);

    await client.reveal(id);
    expect(reveal).toHaveBeenCalledExactlyOnceWith(`${bench.desk}/official-zip.pth`);
    await client.remove(id);
    await snapshotWhere((snapshot) => snapshot.entries.every((each) => each.id !== id));
  });

  test('a file that is on no disk is refused', async () => {
    await expect(client.inspect([new File(['x'], 'made-in-the-page.pth')])).rejects.toMatchObject({
      code: 'shell-refused',
      message: expect.stringContaining('not on a disk'),
    });
  });

  test('work is cancelled by its signal', async () => {
    const ending = new AbortController();
    const files = [await dropped('official-zip.pth'), await dropped('official-spec.json')];
    const work = client.inspect(files, { signal: ending.signal, onProgress: () => ending.abort() });
    ending.abort();
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('errors keep their class and code', async () => {
    await expect(client.use('imported:nothing')).rejects.toMatchObject({
      name: 'DownloadError',
      code: 'not-installed',
    });
    await expect(client.download('nonsense')).rejects.toMatchObject({ name: 'DownloadError', code: 'unknown-model' });
  });

  test('the system asks for the folder, and the page cannot name one', async () => {
    await expect(client.moveFolder('/tmp')).rejects.toMatchObject({ code: 'shell-refused' });
    pickFolder.mockResolvedValueOnce(null);
    await expect(client.moveFolder(null)).rejects.toMatchObject({ code: 'cancelled' });
    const target = `${bench.desk}/moved`;
    pickFolder.mockResolvedValueOnce(target);
    await client.moveFolder(null);
    expect((await snapshotWhere(({ folder, moving }) => folder === target && moving === null)).problem).toBeNull();
  });

  test('a mirror and a token take effect at once; the token is never told', async () => {
    await client.setMirror('http://127.0.0.1:9/');
    await client.setToken('hf_secret');
    const snapshot = await snapshotWhere(({ hub }) => hub.token === 'stored');
    expect(snapshot.hub).toMatchObject({ mirror: 'http://127.0.0.1:9/', endpoint: 'http://127.0.0.1:9' });
    expect(JSON.stringify(snapshot)).not.toContain('hf_secret');
    await client.setToken(null);
    await client.setMirror(null);
    await snapshotWhere(({ hub }) => hub.token === 'environment' && hub.mirror === null);
  });
});
