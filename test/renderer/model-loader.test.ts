import { expect, test, vi } from 'vitest';
import type { LibraryEntry } from '../../renderer/shell/library-entry.ts';
import { ENTRY, REPORT, settled } from './fake-engine.ts';
import { AVAILABLE, type FakeLibrary, INSTALLED, libraryEntry, snapshot } from './fake-library.ts';

const ID = 'cvt-13-224-1k';
const OTHER = 'cvt-21-224-1k';

/** The stores are the app's; every test gets fresh ones. */
async function start() {
  vi.resetModules();
  const { FakeEngine } = await import('./fake-engine.ts');
  const { FakeLibrary: Library } = await import('./fake-library.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { useLibrary } = await import('../../renderer/stores/library.ts');
  const { startModelLoader } = await import('../../renderer/library/model-loader.ts');
  const engine = new FakeEngine();
  const library: FakeLibrary = new Library();
  useModel.setState({ shipped: [ENTRY] });
  const loader = startModelLoader(engine, library.contract);
  const tell = async (...entries: readonly LibraryEntry[]) => {
    useLibrary.setState({ snapshot: snapshot(...entries) });
    await settled();
  };
  return { engine, library, loader, tell, model: () => useModel.getState().state };
}

test('a model that ships with the app asks nothing of the library', async () => {
  const { engine, library, loader, model } = await start();
  void loader.load('test');
  await settled();
  expect(library.pending).toEqual([]);
  await engine.next('prepare').answer(REPORT);
  expect(model()).toMatchObject({ kind: 'ready', id: 'test', report: REPORT });
});

test('the model before is set aside at once, so that nothing more is begun with it', async () => {
  const { engine, loader, model } = await start();
  void loader.load('test');
  await settled();
  await engine.next('prepare').answer(REPORT);
  void loader.load(ID);
  expect(model()).toMatchObject({ kind: 'opening', id: ID });
});

test.each([
  ['its weights are checked', ID],
  ['it is read', 'test'],
])('loading that is stopped while %s ends, says so, and can be begun again', async (_, id) => {
  const { engine, library, loader, model } = await start();
  void loader.load(id);
  await settled();
  loader.stop();
  expect(model()).toMatchObject({ kind: 'error', id, error: { code: 'cancelled' } });
  await settled();
  // What comes late changes nothing.
  if (id === 'test') await engine.next('prepare').answer(REPORT);
  expect(model().kind).toBe('error');
  loader.stop();
  expect(model().kind).toBe('error');
  void loader.load('test');
  await settled();
  await engine.next('prepare').answer(REPORT);
  expect(model()).toMatchObject({ kind: 'ready', id: 'test' });
  expect(library.pending.length).toBeLessThanOrEqual(1);
});

test('a model is prepared at the size of the runs to come, and described at its own', async () => {
  const { engine, loader, model } = await start();
  const { useSettings } = await import('../../renderer/stores/settings.ts');
  useSettings.setState({ input: { kind: 'square', side: 128 } });
  void loader.load('test');
  await settled();
  const asked = engine.next('prepare');
  expect(asked.argument).toMatchObject({ preprocessing: { height: 128, width: 128 } });
  const square = (side: number) => ({ rows: side, cols: side });
  await asked.answer({ ...REPORT, input: square(128) });
  const state = model();
  expect(state.kind === 'ready' && state.report.input).toEqual(square(64));
  expect(state.kind === 'ready' && state.report.stages).toEqual(REPORT.stages);
});

test('a model whose chosen input the engine refuses is prepared at its own', async () => {
  const { engine, loader, model } = await start();
  const { useSettings } = await import('../../renderer/stores/settings.ts');
  useSettings.setState({ input: { kind: 'square', side: 4096 } });
  void loader.load('test');
  await settled();
  await engine.next('prepare').fail('EngineError', 'input-too-large');
  await settled();
  const again = engine.next('prepare');
  expect(again.argument).toMatchObject({ preprocessing: { height: 64, width: 64 } });
  await again.answer(REPORT);
  expect(model()).toMatchObject({ kind: 'ready', report: REPORT });
});

test('a model is opened by the library, then prepared by the engine', async () => {
  const { engine, library, loader, model } = await start();
  void loader.load(ID);
  const ask = library.next('use');
  ask.options.onProgress?.({ phase: 'checking', done: 1, total: 2 });
  expect(model()).toMatchObject({ kind: 'opening', progress: { done: 1 } });
  await ask.answer({ ...ENTRY, id: ID });
  await engine.next('prepare').answer(REPORT);
  expect(model()).toMatchObject({ kind: 'ready', id: ID });
});

test.each(['not-installed', 'stored-file-broken', 'file-moved', 'unknown-model'])(
  '%s leaves the model missing, for the library to say what there is to do',
  async (code) => {
    const { library, loader, model } = await start();
    void loader.load(ID);
    await library.next('use').fail('DownloadError', code);
    expect(model()).toMatchObject({ kind: 'missing', id: ID, title: 'CvT-13, 224×224' });
  },
);

test('any other trouble is an error of its own', async () => {
  const { library, loader, model } = await start();
  void loader.load(ID);
  await library.next('use').fail('ShellError', 'shell-unreachable');
  expect(model()).toMatchObject({ kind: 'error', id: ID, error: { code: 'shell-unreachable' } });
});

test('a missing model is loaded by itself once its weights have come', async () => {
  const { library, loader, tell, model } = await start();
  await tell(libraryEntry(ID, AVAILABLE));
  void loader.load(ID);
  await library.next('use').fail('DownloadError', 'not-installed');
  await tell(libraryEntry(ID, AVAILABLE), libraryEntry(OTHER, INSTALLED));
  expect(library.pending).toEqual([]);
  await tell(libraryEntry(ID, INSTALLED));
  expect(library.next('use').argument).toBe(ID);
  expect(model()).toMatchObject({ kind: 'opening', id: ID });
});

test('weights that come while the library answers are found', async () => {
  const { library, loader, tell } = await start();
  await tell(libraryEntry(ID, AVAILABLE));
  void loader.load(ID);
  const ask = library.next('use');
  await tell(libraryEntry(ID, INSTALLED));
  await ask.fail('DownloadError', 'not-installed');
  expect(library.next('use').argument).toBe(ID);
});

test('a file that the library lists as installed but finds broken is asked for once', async () => {
  const { library, loader, tell, model } = await start();
  await tell(libraryEntry(ID, INSTALLED));
  void loader.load(ID);
  await library.next('use').fail('DownloadError', 'stored-file-broken');
  await tell(libraryEntry(ID, INSTALLED));
  expect(library.pending).toEqual([]);
  expect(model().kind).toBe('missing');
});

test('a newer choice withdraws the older, whose late answer changes nothing', async () => {
  const { engine, library, loader, model } = await start();
  void loader.load(ID);
  const first = library.next('use');
  void loader.load('test');
  expect(first.options.signal?.aborted).toBe(true);
  await first.answer({ ...ENTRY, id: ID });
  await engine.next('prepare').answer(REPORT);
  expect(engine.pending).toEqual([]);
  expect(model()).toMatchObject({ kind: 'ready', id: 'test' });
});
