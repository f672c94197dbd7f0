import { describe, expect, test, vi } from 'vitest';
import type { ModelRef } from '../../renderer/engine/protocol.ts';
import type { ModelState } from '../../renderer/shell/library-entry.ts';
import type { ModelEntry } from '../../renderer/shell/shell.ts';
import { analysis, ENTRY, type PendingCall, REPORT, settled } from './fake-engine.ts';
import { AVAILABLE, INSTALLED, libraryEntry, snapshot } from './fake-library.ts';

const OWN = { kind: 'own' } as const;
const column = (modelId: string, provider: 'wasm' | null = null) => ({
  modelId,
  input: OWN,
  provider,
  precision: 'fp32' as const,
});
const entryOf = (id: string): ModelEntry => ({ ...ENTRY, id, title: id.toUpperCase() });

/** Stores are modules' own state, so that every test begins with fresh ones. */
async function start(columns = [column('a'), column('b')]) {
  vi.resetModules();
  const { startColumnRunner } = await import('../../renderer/compare/run-columns.ts');
  const { useCompare, columnState } = await import('../../renderer/stores/compare.ts');
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { useScreen } = await import('../../renderer/stores/screen.ts');
  const { useEngine } = await import('../../renderer/stores/engine.ts');
  const { useLibrary } = await import('../../renderer/stores/library.ts');
  const { FakeLibrary } = await import('./fake-library.ts');
  // Errors are told apart by their class, which is one of the fresh modules' too.
  const { FakeEngine } = await import('./fake-engine.ts');
  const engine = new FakeEngine();
  const library = new FakeLibrary();
  const runner = startColumnRunner(engine, library.contract);
  useModel.setState({ shipped: ['a', 'b', 'c'].map(entryOf) });
  useEngine.setState({ device: analysis('').device });
  useCompare.getState().open({ columns, reference: 0 }, 'a');
  const addPicture = async (name: string) => {
    const [id] = useImages.getState().add([{ name, file: new Blob([name]) }]);
    useImages.getState().change(id!, { url: `blob:${name}`, size: { width: 128, height: 64 } });
    await settled();
    return id!;
  };
  const kinds = () => useCompare.getState().columns.map(({ id }) => columnState(useCompare.getState(), id).kind);
  const ids = () => useCompare.getState().columns.map(({ id }) => id);
  /** Lets the column whose turn it is finish. */
  const finish = async (runId: string) => {
    if (engine.pending.some(({ call }) => call === 'prepare')) await engine.next('prepare').answer(REPORT);
    await engine.next('analyze').answer(analysis(runId));
  };
  const front = async (screen: 'compare' | 'inspect') => {
    useScreen.getState().show(screen);
    await settled();
  };
  return {
    engine,
    library,
    runner,
    useCompare,
    useImages,
    useEngine,
    useLibrary,
    addPicture,
    kinds,
    ids,
    finish,
    front,
    columnState,
  };
}

const modelOf = ({ argument }: PendingCall): ModelRef => (argument as { readonly model: ModelRef }).model;

describe('columns', () => {
  test('are run from left to right, one at a time, while Compare is in front', async () => {
    const { engine, addPicture, front, kinds, finish } = await start([column('a'), column('b', 'wasm'), column('c')]);
    await addPicture('parrot');
    expect(engine.pending).toHaveLength(0);
    await front('compare');
    expect(engine.pending.map(({ call }) => call)).toEqual(['prepare']);
    expect(engine.next('prepare').argument).toMatchObject({ id: 'a', provider: null });
    expect(kinds().slice(1)).toEqual(['waiting', 'waiting']);
    await finish('run-a');
    expect(kinds()[0]).toBe('done');
    expect(engine.next('prepare').argument).toMatchObject({ id: 'b', provider: 'wasm' });
    await finish('run-b');
    await finish('run-c');
    expect(kinds()).toEqual(['done', 'done', 'done']);
    expect(engine.pending).toHaveLength(0);
  });

  test('ask about a network once, however many pictures come', async () => {
    const { engine, addPicture, front, finish } = await start();
    await front('compare');
    await addPicture('one');
    await finish('1');
    await finish('2');
    await addPicture('two');
    expect(engine.pending.map(({ call }) => call)).toEqual(['analyze']);
    expect(modelOf(engine.next('analyze')).id).toBe('a');
  });

  test('begin anew with another picture, and drop what comes late for the one before', async () => {
    const { engine, addPicture, front, finish, useCompare, columnState, ids, kinds } = await start();
    await front('compare');
    await addPicture('one');
    await engine.next('prepare').answer(REPORT);
    const late = engine.next('analyze');
    await addPicture('two');
    expect(late.options.signal?.aborted).toBe(true);
    await late.answer(analysis('late'));
    expect(kinds()).not.toContain('done');
    await finish('two-a');
    await finish('two-b');
    const states = ids().map((id) => columnState(useCompare.getState(), id));
    expect(states.map((state) => state.kind === 'done' && state.analysis.runId)).toEqual(['two-a', 'two-b']);
  });

  test('change one by one: another model in one leaves the results of the others', async () => {
    const { engine, addPicture, front, finish, useCompare, ids, kinds } = await start();
    await front('compare');
    await addPicture('one');
    await finish('1');
    await finish('2');
    useCompare.getState().change(ids()[1]!, { modelId: 'c' });
    await settled();
    expect(kinds()[0]).toBe('done');
    expect(engine.next('prepare').argument).toMatchObject({ id: 'c' });
  });

  test('that are moved keep their results', async () => {
    const { engine, addPicture, front, finish, useCompare, ids, kinds } = await start();
    await front('compare');
    await addPicture('one');
    await finish('1');
    await finish('2');
    const before = ids();
    useCompare.getState().move(before[0]!, 1);
    await settled();
    expect(ids()).toEqual(before.toReversed());
    expect(kinds()).toEqual(['done', 'done']);
    expect(engine.pending).toHaveLength(0);
  });

  test('can be stopped and run again; the next one is not kept waiting', async () => {
    const { engine, addPicture, front, finish, runner, ids, kinds } = await start();
    await front('compare');
    await addPicture('one');
    runner.cancel(ids()[0]!);
    await settled();
    expect(kinds()[0]).toBe('stopped');
    // What was withdrawn is still there, unanswered.
    expect(engine.pending.at(-1)!.argument).toMatchObject({ id: 'b' });
    await engine.pending.at(-1)!.answer(REPORT);
    await engine.next('analyze').answer(analysis('b'));
    expect(kinds()).toEqual(['stopped', 'done']);
    engine.pending.length = 0;
    runner.retry(ids()[0]!);
    await settled();
    await finish('a');
    expect(kinds()).toEqual(['done', 'done']);
  });

  test('that fail say so and do not hold up the others', async () => {
    const { engine, addPicture, front, finish, runner, ids, kinds } = await start();
    await front('compare');
    await addPicture('one');
    await engine.next('prepare').fail('EngineError', 'engine-out-of-memory');
    await finish('b');
    expect(kinds()).toEqual(['error', 'done']);
    runner.retry(ids()[0]!);
    await settled();
    await finish('a');
    expect(kinds()).toEqual(['done', 'done']);
  });

  test('run again on another device, but not those that are on the CPU by choice', async () => {
    const { engine, addPicture, front, finish, useEngine, kinds } = await start([column('a'), column('b', 'wasm')]);
    await front('compare');
    await addPicture('one');
    await finish('1');
    await finish('2');
    useEngine.setState({ device: { ...analysis('').device, provider: 'webgpu' } });
    await settled();
    expect(kinds()[1]).toBe('done');
    expect(modelOf(engine.next('analyze')).id).toBe('a');
  });

  test('whose weights are missing offer them, and run when they have come', async () => {
    const { engine, library, addPicture, front, finish, useLibrary, kinds } = await start([column('a'), column('far')]);
    const put = (state: ModelState) => useLibrary.setState({ snapshot: snapshot(libraryEntry('far', state)) });
    put(AVAILABLE);
    await front('compare');
    await addPicture('one');
    await finish('1');
    await library.next('use').fail('DownloadError', 'not-installed');
    expect(kinds()).toEqual(['done', 'missing']);
    put(INSTALLED);
    await settled();
    await library.next('use').answer(entryOf('far'));
    expect(engine.next('prepare').argument).toMatchObject({ id: 'far' });
    await finish('2');
    expect(kinds()).toEqual(['done', 'done']);
  });

  test('are refreshed once when their taps are gone, without a word', async () => {
    const { engine, addPicture, front, finish, runner, useCompare, columnState, ids, kinds } = await start();
    await front('compare');
    await addPicture('one');
    await finish('1');
    await finish('2');
    const [first] = ids();
    const refreshed = Promise.all([runner.refresh(first!, '1'), runner.refresh(first!, '1')]);
    await settled();
    expect(kinds()).toEqual(['done', 'done']);
    expect(engine.pending.map(({ call }) => call)).toEqual(['analyze']);
    await engine.next('analyze').answer(analysis('again'));
    await refreshed;
    const state = columnState(useCompare.getState(), first!);
    expect(state.kind === 'done' && state.analysis.runId).toBe('again');
    // What was refreshed already is not refreshed for its old run.
    await runner.refresh(first!, '1');
    expect(engine.pending).toHaveLength(0);
  });
});

describe('the choice of columns', () => {
  test('has two to six, and comes back as it was kept', async () => {
    const { useCompare } = await start();
    const { keptColumns } = await import('../../renderer/stores/compare.ts');
    const state = useCompare.getState;
    for (let i = 0; i < 9; i++) state().duplicate(state().columns[0]!.id);
    expect(state().columns).toHaveLength(6);
    state().setReference(state().columns[3]!.id);
    state().change(state().columns[3]!.id, { provider: 'wasm', input: { kind: 'square', side: 96 } });
    const kept = keptColumns(state());
    expect(kept.reference).toBe(3);
    useCompare.setState({ columns: [], reference: null });
    state().open(kept, 'other');
    expect(keptColumns(state())).toEqual(kept);
    for (const { id } of state().columns) state().remove(id);
    expect(state().columns).toHaveLength(2);
    expect(state().columns.some(({ id }) => id === state().reference)).toBe(true);
  });
});
