import { expect, test, vi } from 'vitest';
import type { RowQuery } from '../../renderer/engine/protocol.ts';
import type { StudyCall } from '../../renderer/stores/studies.ts';
import { analysis, ENTRY, READY, REPORT, settled } from './fake-engine.ts';

/** One finished picture of 128×64, its middle square seen by a model of three stages; the last has a CLS token. */
async function start() {
  vi.resetModules();
  // Imported with the rest, so that its error classes are theirs.
  const { FakeEngine } = await import('./fake-engine.ts');
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { useView } = await import('../../renderer/stores/view.ts');
  const { answerAt, studyAt, useStudies } = await import('../../renderer/stores/studies.ts');
  const { useMaps } = await import('../../renderer/stores/maps.ts');
  const { startFollowingStudies } = await import('../../renderer/pipeline/follow-studies.ts');
  const { startShowingMaps } = await import('../../renderer/pipeline/follow-maps.ts');
  const engine = new FakeEngine();
  const finish = (id: string, runId: string) =>
    useImages.getState().setStatus(id, { kind: 'done', analysis: analysis(runId) });
  const refresh = vi.fn(async (id: string) => finish(id, 'refreshed'));
  const follow = startFollowingStudies(engine, refresh);
  startShowingMaps();
  useView.getState().setStages(REPORT.stages);
  useModel.setState({ shipped: [ENTRY], state: READY });
  const add = (name: string, runId: string) => {
    const id = useImages.getState().add([{ name, file: new Blob() }])[0]!;
    finish(id, runId);
    return id;
  };
  const first = add('a.png', 'first');
  return {
    engine,
    refresh,
    follow,
    first,
    add,
    finish,
    images: () => useImages.getState(),
    view: () => useView.getState(),
    asked: () => engine.pending.filter(({ call }) => call === 'row').map(({ argument }) => argument as RowQuery),
    study: <Call extends StudyCall>(call: Call, at: number) => studyAt(useStudies.getState(), call, at),
    answer: <Call extends StudyCall>(call: Call, at: number) => answerAt(useStudies.getState(), call, at),
    rowShown: (stage: number) => studyAt(useStudies.getState(), 'row', stage).answered?.argument,
    maps: () => useMaps.getState(),
    answerAll: async () => {
      while (engine.pending.length > 0) {
        const { call, argument, answer } = engine.pending[0]!;
        const sizes = call === 'column' ? QUERIES : KEYS;
        await answer(row(sizes[(argument as RowQuery).stage]!));
      }
    },
  };
}

/** Per stage, CLS among them. */
const KEYS = [64, 16, 5];
const QUERIES = [256, 64, 17];

const row = (count: number) => new Float32Array(count).fill(1 / count);
const rollout = (start: object) => ({
  start,
  spread: 'uniform',
  stages: [
    { stage: 2, tokens: row(16).map((value) => value * 0.75), clsMass: 0.25 },
    { stage: 1, tokens: row(64).map((value) => value * 0.75), clsMass: 0 },
    { stage: 0, tokens: row(256).map((value) => value * 0.75), clsMass: 0 },
  ],
  pixels: row(64 * 64).map((value) => value * 0.75),
});
const attributionOf = (index: number) => ({
  index,
  logit: 1,
  sum: 1,
  keys: Float32Array.from({ length: 2 * 4 * 5 }, (_, at) => (at % 2 ? -1 : 2)),
  attentionBias: new Float32Array(2),
  mlp: new Float32Array(2),
  initial: 0,
  bias: 0,
});

test('the CLS view asks for the row of CLS, in the stage that has one', async () => {
  const { engine, asked, rowShown, maps } = await start();
  expect(asked()).toEqual([{ runId: 'first', stage: 2, block: 1, head: null, query: 0 }]);
  await engine.next('row').answer(row(5));
  expect(rowShown(2)).toMatchObject({ query: 0, block: 1 });
  expect(maps().large.shown?.map).toMatchObject({ view: 'cls', stage: 2, block: 1, on: 'keys' });
  expect(maps().stages[0]).toMatchObject({ note: 'received-stands-in', shown: { map: { view: 'received' } } });
});

test('received asks for nothing in the mean, and for the statistics of a stage whose head is chosen', async () => {
  const { engine, view, maps } = await start();
  await engine.next('row').answer(row(5));
  view().setView('received');
  view().setBlock(2, 0);
  expect(engine.pending).toEqual([]);
  view().setHead(1);
  expect(engine.pending.map(({ argument }) => argument)).toEqual([{ runId: 'first', stage: 2 }]);
  const received = Float32Array.from({ length: 4 * 5 }, (_, at) => at / 100);
  const block = { received, entropy: new Float32Array(4), distance: new Float32Array(4) };
  await engine.next('statistics').answer([block, block]);
  const { map } = maps().large.shown!;
  expect(map).toMatchObject({ view: 'received', head: 1, block: 0 });
  expect([...map.cells]).toEqual([...received.subarray(6, 10)]);
});

test('of the places that the pointer passes while a row is computed, only the last is asked for', async () => {
  const { engine, view, asked } = await start();
  await engine.next('row').answer(row(5));
  view().setStage(0);
  view().setView('query');
  // The middle of what is seen, before the pointer has moved.
  const centre = asked().find(({ stage }) => stage === 0)?.query;
  for (const x of [33, 37, 41, 45]) view().pointAt({ x, y: 1 });
  expect(asked().filter(({ stage }) => stage === 0)).toHaveLength(1);
  await engine.pending.find(({ argument }) => (argument as RowQuery).stage === 0)?.answer(row(64));
  const next = asked().filter(({ stage }) => stage === 0);
  expect(next).toHaveLength(1);
  // Stage 1: centres at 4i + 1.5 of the input, which starts at 32 in the picture: x = 45 is input 13, nearest to cell 3.
  expect(next[0]?.query).toBe(3);
  expect(next[0]?.query).not.toBe(centre);
});

test('the other stages follow the pointer at leisure', async () => {
  const { view, asked, answerAll } = await start();
  await answerAll();
  view().setStage(0);
  view().setView('query');
  await answerAll();
  view().pointAt({ x: 33, y: 1 });
  view().pointAt({ x: 90, y: 60 });
  expect(asked().map(({ stage }) => stage)).toEqual([0]);
  await vi.waitFor(() => expect(asked().map(({ stage }) => stage)).toEqual(expect.arrayContaining([0, 1, 2])));
  // The last place that was pointed at: the lower right token, after CLS.
  expect(asked().find(({ stage }) => stage === 2)?.query).toBe(16);
});

test('the chosen stage is asked first', async () => {
  const { engine, view, asked } = await start();
  await engine.next('row').answer(row(5));
  view().setStage(1);
  view().setView('query');
  expect(asked()[0]?.stage).toBe(1);
});

test('an answer that was got before is shown again without asking', async () => {
  const { engine, view, asked, rowShown } = await start();
  await engine.next('row').answer(row(5));
  view().setBlock(2, 0);
  await engine.next('row').answer(row(5));
  expect(rowShown(2)).toMatchObject({ block: 0 });
  view().setBlock(2, 1);
  expect(asked()).toEqual([]);
  expect(rowShown(2)).toMatchObject({ block: 1 });
});

test('a block that is no longer looked at is cancelled, and its late answer is not shown', async () => {
  const { engine, view, rowShown } = await start();
  const late = engine.next('row');
  view().setBlock(2, 0);
  expect(late.options.signal?.aborted).toBe(true);
  await late.answer(row(5));
  expect(rowShown(2)).toBeUndefined();
  await engine.next('row').answer(row(5));
  expect(rowShown(2)).toMatchObject({ block: 0 });
});

test('released taps refresh the picture and the row is asked for anew; a second time it fails, until it is retried', async () => {
  const { engine, asked, refresh, rowShown, study, follow } = await start();
  await engine.next('row').fail('EngineError', 'taps-released');
  await settled();
  expect(refresh).toHaveBeenCalledOnce();
  expect(asked()).toEqual([{ runId: 'refreshed', stage: 2, block: 1, head: null, query: 0 }]);
  await engine.next('row').fail('EngineError', 'taps-released');
  expect(refresh).toHaveBeenCalledOnce();
  expect(study('row', 2).state).toMatchObject({ kind: 'failed', error: { code: 'taps-released' } });
  follow.retry('row', 2);
  await engine.next('row').answer(row(5));
  expect(rowShown(2)).toMatchObject({ runId: 'refreshed' });
});

test('outside of the crop no row is asked for, and a pin keeps the query', async () => {
  const { view, asked, answerAll, maps } = await start();
  await answerAll();
  view().setStage(0);
  view().setView('query');
  await answerAll();
  view().pointAt({ x: 10, y: 10 });
  expect(asked()).toEqual([]);
  expect(maps().large.note).toBe('query-unseen');
  view().pin({ x: 60, y: 30 });
  const pinned = asked().find(({ stage }) => stage === 0)?.query;
  await answerAll();
  view().pointAt({ x: 90, y: 60 });
  expect(pinned).toBe(7 * 16 + 7);
  expect(asked()).toEqual([]);
  view().activatePin(null);
  expect(asked().find(({ stage }) => stage === 0)?.query).not.toBe(pinned);
});

test('the other direction asks for the column of the key under the pointer', async () => {
  const { engine, view, answerAll, maps } = await start();
  await answerAll();
  view().setView('query');
  view().choose({ direction: 'attended' });
  await answerAll();
  view().pin({ x: 33, y: 1 });
  const columns = engine.pending.filter(({ call }) => call === 'column').map(({ argument }) => argument);
  // Key 0 of the last stage comes after CLS.
  expect(columns).toContainEqual({ runId: 'first', stage: 2, block: 1, head: null, key: 1 });
  await engine.pending
    .find(({ call, argument }) => call === 'column' && (argument as { stage: number }).stage === 2)
    ?.answer(Float32Array.from({ length: 17 }, (_, at) => at / 17));
  expect(maps().large.shown?.map).toMatchObject({ view: 'column', token: 1, on: 'tokens', cls: 0 });
});

test('a rollout is asked for once, shows its progress, and can be cancelled and asked for again', async () => {
  const { engine, view, study, follow, maps } = await start();
  await engine.next('row').answer(row(5));
  view().setView('rollout');
  view().choose({ rolloutOn: 'pixels' });
  const asked = engine.next('rollout');
  expect(asked.argument).toEqual({ runId: 'first', start: { kind: 'answer' }, spread: 'uniform' });
  // The map of another view does not stand in for it.
  expect(maps().large.shown).toBeNull();
  asked.options.onProgress?.({ phase: 'studying', done: 1, total: 4 });
  expect(study('rollout', 0).state).toMatchObject({ kind: 'working', progress: { done: 1 } });
  expect(maps().large.work).toMatchObject({ call: 'rollout', at: 0 });
  follow.cancel('rollout', 0);
  expect(asked.options.signal?.aborted).toBe(true);
  expect(study('rollout', 0).state).toEqual({ kind: 'stopped' });
  await asked.answer(rollout({ kind: 'answer' }));
  expect(study('rollout', 0).state).toEqual({ kind: 'stopped' });
  follow.retry('rollout', 0);
  await engine.pending.at(-1)?.answer(rollout({ kind: 'answer' }));
  expect(maps().large.shown?.map).toMatchObject({ view: 'rollout', on: 'pixels', cls: 0.25 });
  expect(maps().stages.map(({ shown }) => shown?.map.grid.rows)).toEqual([16, 8, 4]);
  view().setStage(1);
  expect(maps().large.shown?.map).toMatchObject({ on: 'tokens', stage: 1 });
});

test('an attribution is of the likeliest class until one is chosen, and never against itself', async () => {
  const { engine, view, maps } = await start();
  await engine.next('row').answer(row(5));
  view().setStage(0);
  view().setView('attribution');
  expect(view().stage).toBe(2);
  expect(engine.next('attribution').argument).toEqual({ runId: 'first', classes: [2] });
  view().setContrast(2);
  expect(engine.pending).toHaveLength(1);
  view().setContrast(0);
  const asked = engine.pending.at(-1);
  expect(asked?.argument).toEqual({ runId: 'first', classes: [2, 0] });
  await asked?.answer([attributionOf(2), attributionOf(0)]);
  expect(maps().large.shown?.map).toMatchObject({ signed: true, classes: { target: 2, contrast: 0 } });
  expect(maps().stages[0]).toMatchObject({ shown: null, note: 'not-the-last-stage' });
});

test('another picture never shows the map of the one before, whenever that comes', async () => {
  const { engine, view, add, first, images, maps, answer } = await start();
  await engine.next('row').answer(row(5));
  view().setView('rollout');
  const late = engine.next('rollout');
  add('b.png', 'second');
  expect(maps().large.shown).toBeNull();
  expect(late.options.signal?.aborted).toBe(true);
  await late.answer(rollout({ kind: 'answer' }));
  expect(maps().large.shown).toBeNull();
  expect(answer('rollout', 0)).toBeNull();
  await engine.pending.at(-1)?.answer(rollout({ kind: 'answer' }));
  expect(maps().large.shown?.runId).toBe('second');
  images().select(first);
  expect(maps().large.shown).toBeNull();
  expect(engine.pending.at(-1)?.argument).toMatchObject({ runId: 'first' });
});

test('a picture that is analysed again shows nothing until it is', async () => {
  const { engine, first, images, finish, maps } = await start();
  await engine.next('row').answer(row(5));
  expect(maps().large.shown?.runId).toBe('first');
  images().setStatus(first, { kind: 'running', progress: null });
  expect(maps().large.shown).toBeNull();
  finish(first, 'again');
  expect(maps().stages[2]?.shown).toBeNull();
  await engine.pending.at(-1)?.answer(row(5));
  expect(maps().large.shown?.runId).toBe('again');
});

test('a failure stands where the map would, with what failed', async () => {
  const { engine, view, maps } = await start();
  await engine.next('row').answer(row(5));
  view().setView('projection');
  expect(engine.pending.filter(({ call }) => call === 'projection')).toHaveLength(3);
  const ofLast = engine.pending.find(({ argument }) => (argument as { stage: number }).stage === 2);
  await ofLast?.fail('EngineError', 'engine-out-of-memory');
  expect(maps().large).toMatchObject({
    shown: null,
    work: { call: 'projection', at: 2, state: { kind: 'failed', error: { code: 'engine-out-of-memory' } } },
  });
  expect(maps().stages[0]?.work?.state.kind).toBe('working');
});

test('the atlas asks for all rows of its stage, and for what its heads are ordered by', async () => {
  const { engine, view } = await start();
  await engine.next('row').answer(row(5));
  view().choose({ atlas: true });
  expect(engine.pending.map(({ call, argument }) => [call, argument])).toEqual([
    ['stageRows', { runId: 'first', stage: 2, query: 0 }],
    ['statistics', { runId: 'first', stage: 2 }],
  ]);
  view().setStage(0);
  // Received stands in there, and needs nothing but the statistics.
  const wanted = engine.pending.filter(({ options }) => !options.signal?.aborted).map(({ call }) => call);
  expect(wanted).toEqual(['statistics']);
});
