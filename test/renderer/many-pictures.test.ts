import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Classification } from '../../renderer/engine/protocol.ts';
import type { Journal, JournalRecord } from '../../renderer/results/journal.ts';
import { NO_JOURNAL } from '../../renderer/results/journal.ts';
import { analysis, ENTRY, READY, settled } from './fake-engine.ts';

const PICTURE = new Blob([readFileSync(new URL('../golden/preprocess/portrait.png', import.meta.url))]);
const MANY = 5000;

const ANSWER: Classification = {
  kind: 'done',
  logits: Float32Array.of(0, 2, 1),
  probabilities: Float32Array.of(0.1, 0.6, 0.3),
  window: analysis('').window,
  precision: 'fp32',
};

beforeEach(() => vi.resetModules());

/** A journal in memory that counts how often it is asked. */
function memoryJournal() {
  const records: JournalRecord[] = [];
  const asked = { finds: 0 };
  const journal: Journal = {
    ...NO_JOURNAL,
    find: async (files) => {
      asked.finds += 1;
      return new Map(files.map((file) => [file, records.filter((record) => record.file === file)]));
    },
    keep: async (kept) => {
      records.push(...kept);
    },
  };
  return { journal, records, asked };
}

async function start(journal?: Journal) {
  const { FakeEngine } = await import('./fake-engine.ts');
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { useQueue } = await import('../../renderer/stores/queue.ts');
  const { startAnalysisQueue } = await import('../../renderer/pipeline/analysis-queue.ts');
  const engine = new FakeEngine();
  useModel.setState({ shipped: [ENTRY], state: READY });
  const queue = startAnalysisQueue(engine, journal, 1000, async () => {});
  return { engine, queue, images: () => useImages.getState(), useImages, useModel, useQueue };
}

const named = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ name: `${at}.png`, path: `folder/${at}.png`, file: PICTURE }));

test('a change among thousands leaves every other picture the same object, and tells listeners once', async () => {
  const { useImages } = await import('../../renderer/stores/images.ts');
  const ids = useImages.getState().add(named(MANY));
  const before = useImages.getState().images;
  const heard = vi.fn();
  useImages.subscribe(heard);
  const some = ids.filter((_, at) => at % 300 === 0);
  useImages.getState().changeMany(new Map(some.map((id) => [id, { status: { kind: 'queued' } }])));
  expect(heard).toHaveBeenCalledTimes(1);
  const after = useImages.getState();
  expect(after.images.filter((image, at) => image !== before[at]).map(({ id }) => id)).toEqual(some);
  expect(after.counts).toMatchObject({ loading: MANY - some.length, queued: some.length });
});

test('looking a picture up and choosing it walks through no list', async () => {
  const { useImages, imageById, idsHaving } = await import('../../renderer/stores/images.ts');
  const ids = useImages.getState().add(named(MANY));
  const walks = (['find', 'findIndex', 'filter', 'map', 'some', 'flatMap', 'forEach'] as const).map((method) =>
    vi.spyOn(Array.prototype, method),
  );
  for (const id of ids.slice(-100)) {
    expect(imageById(id)?.id === id).toBe(true);
    useImages.getState().select(id);
    useImages.getState().setStatus(id, { kind: 'stopped' });
  }
  const stopped = idsHaving('stopped').size;
  const visits = walks.flatMap(({ mock }) => mock.contexts).filter((list) => (list as unknown[]).length >= MANY);
  for (const walk of walks) walk.mockRestore();
  expect(visits).toHaveLength(0);
  expect(stopped).toBe(100);
});

test('counts and order stay right through removal, undo and addition', async () => {
  const { useImages, idsHaving } = await import('../../renderer/stores/images.ts');
  const images = useImages.getState;
  const ids = images().add(named(1000));
  images().setStatus(ids[700]!, { kind: 'stopped' });
  images().select(ids[500]!);
  const gone = ids.filter((_, at) => at % 2 === 0);
  images().remove(gone);
  expect(images().images).toHaveLength(500);
  expect(images().selected).toBe(ids[501]);
  expect(images().counts).toMatchObject({ loading: 500, stopped: 0 });
  const [late] = images().add([{ name: 'late.png', file: PICTURE }], true);
  expect(images().selected).toBe(ids[501]);
  images().undoRemove();
  expect(images().images.map(({ id }) => id)).toEqual([...ids, late]);
  expect([...idsHaving('stopped')]).toEqual([ids[700]]);
  expect(images().selected).toBe(ids[500]);
});

test('thousands are run in jobs of at most 16, and listeners hear of a job, not of its pictures', async () => {
  const { engine, images, useImages, useQueue } = await start();
  const count = 400;
  images().add(named(count));
  let heard = 0;
  await settled();
  await engine.next('analyze').answer(analysis('1'));
  useImages.subscribe(({ images: now }, before) => {
    if (now !== before.images) heard += 1;
  });
  const sizes: number[] = [];
  while (engine.pending.length > 0) {
    const call = engine.next('classify');
    const { pictures } = call.argument as { pictures: unknown[] };
    sizes.push(pictures.length);
    await call.answer(pictures.map(() => ANSWER));
    // As fast as an engine that takes no time, whatever this machine is busy with.
    useQueue.setState({ msPerPicture: 1 });
    if (sizes.length > count) throw new Error('The queue does not end.');
  }
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count - 1);
  expect(Math.max(...sizes)).toBe(16);
  expect(images().counts).toMatchObject({ done: 1, classified: count - 1 });
  // Once when a job begins and once when it ends; reading headers is over or has its own sixteenth.
  expect(heard).toBeLessThan(2 * sizes.length + count / 16 + 4);
}, 120_000);

test('what was run before is not run again; its result says when it is from', async () => {
  const { journal, records } = memoryJournal();
  const first = await start(journal);
  const [, , c] = first.images().add(named(3));
  await settled();
  await first.engine.next('analyze').answer(analysis('1'));
  await first.engine.next('classify').answer([ANSWER]);
  await first.engine.next('classify').answer([ANSWER]);
  expect(first.images().images.find(({ id }) => id === c)?.status.kind).toBe('classified');
  expect(records.map(({ path, session, place }) => [path, session, place])).toEqual([
    ['folder/0.png', 1000, 0],
    ['folder/1.png', 1000, 1],
    ['folder/2.png', 1000, 2],
  ]);

  vi.resetModules();
  const second = await start(journal);
  second.images().add(named(3));
  await settled();
  // The one that is looked at shows its answer while its maps are made.
  expect(second.images().images[0]).toMatchObject({ status: { kind: 'running' }, result: { modelId: 'test' } });
  await second.engine.next('analyze').answer(analysis('2'));
  expect(second.engine.pending).toHaveLength(0);
  expect(second.images().images.map(({ status }) => status.kind)).toEqual(['done', 'classified', 'classified']);
});

test('another model’s answers are held against this one’s, and come back when it is chosen again', async () => {
  const { journal } = memoryJournal();
  const { engine, queue, images, useModel } = await start(journal);
  images().add(named(2));
  await settled();
  await engine.next('analyze').answer(analysis('1'));
  await engine.next('classify').answer([ANSWER]);
  const other = { ...ENTRY, id: 'other', title: 'Other' };
  useModel.setState({ state: { ...READY, id: 'other', title: 'Other', entry: other } as typeof READY });
  queue.requeueAll();
  await settled();
  await engine.next('analyze').answer({ ...analysis('2'), modelId: 'other' });
  const swapped = { ...ANSWER, probabilities: Float32Array.of(0.8, 0.1, 0.1) };
  await engine.next('classify').answer([swapped]);
  const { rowOf } = await import('../../renderer/results/shown-rows.ts');
  const { disagreement } = await import('../../renderer/results/picture-filter.ts');
  expect(images().images.map((image) => disagreement(rowOf(image)))).toEqual([false, true]);
  expect(images().images[1]?.others.map(({ modelId }) => modelId)).toEqual(['test']);
  useModel.setState({ state: READY });
  queue.requeueAll();
  await settled();
  await engine.next('analyze').answer(analysis('3'));
  expect(engine.pending).toHaveLength(0);
  expect(images().images[1]).toMatchObject({ status: { kind: 'classified' }, result: { modelId: 'test' } });
});
