import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { analysis, ENTRY, READY, settled } from './fake-engine.ts';

const PICTURE = new Blob([readFileSync(new URL('../golden/preprocess/portrait.png', import.meta.url))]);

/** The stores are the app's; every test gets fresh ones. */
async function start({ modelReady = true } = {}) {
  vi.resetModules();
  // Imported with the rest, so that its error classes are theirs.
  const { FakeEngine } = await import('./fake-engine.ts');
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { startAnalysisQueue } = await import('../../renderer/pipeline/analysis-queue.ts');
  const engine = new FakeEngine();
  if (modelReady) useModel.setState({ shipped: [ENTRY], state: READY });
  const queue = startAnalysisQueue(engine);
  const images = () => useImages.getState();
  const add = async (...names: string[]) => {
    const ids = images().add(names.map((name) => ({ name, file: PICTURE })));
    await settled();
    return ids;
  };
  const status = (id: string) => images().images.find((image) => image.id === id)?.status;
  const analysed = () => engine.pending.map(({ argument }) => (argument as { picture: { name: string } }).picture.name);
  return { engine, queue, images, add, status, analysed, useModel };
}

let revoked: string[] = [];
beforeEach(() => {
  revoked = [];
  const revoke = URL.revokeObjectURL.bind(URL);
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => {
    revoked.push(url);
    revoke(url);
  });
});

afterEach(() => vi.restoreAllMocks());

test('pictures run one at a time, the selected one first', async () => {
  const { engine, images, add, status, analysed } = await start();
  const [a, b, c] = await add('a.png', 'b.png', 'c.png');
  expect(analysed()).toEqual(['a.png']);
  images().select(c!);
  await engine.next('analyze').answer(analysis('1'));
  expect(analysed()).toEqual(['c.png']);
  await engine.next('analyze').answer(analysis('2'));
  expect(analysed()).toEqual(['b.png']);
  await engine.next('analyze').answer(analysis('3'));
  expect([a, b, c].map((id) => status(id!)?.kind)).toEqual(['done', 'done', 'done']);
  expect(status(c!)).toMatchObject({ analysis: { runId: '2' } });
});

test('a file that is no picture is refused with its code and never reaches the engine', async () => {
  const { engine, images, status } = await start();
  const [text, good] = images().add([
    { name: 'notes.txt', file: new Blob(['words']) },
    { name: 'good.png', file: PICTURE },
  ]);
  await settled();
  expect(status(text!)).toMatchObject({ kind: 'error', error: { code: 'image-unknown-format' } });
  await engine.next('analyze').answer(analysis('1'));
  expect(status(good!)?.kind).toBe('done');
});

test('pictures wait for the model', async () => {
  const { analysed, add, useModel } = await start({ modelReady: false });
  await add('a.png');
  expect(analysed()).toEqual([]);
  useModel.setState({ shipped: [ENTRY], state: READY });
  await settled();
  expect(analysed()).toEqual(['a.png']);
});

test('a cancelled picture stops, its late answer is dropped, and the next one runs', async () => {
  const { engine, queue, add, status, analysed } = await start();
  const [a] = await add('a.png', 'b.png');
  const late = engine.next('analyze');
  queue.cancel(a!);
  await settled();
  expect(late.options.signal?.aborted).toBe(true);
  await late.answer(analysis('late'));
  expect(status(a!)).toEqual({ kind: 'stopped' });
  expect(analysed()).toEqual(['b.png']);
  queue.requeue(a!);
  expect(status(a!)?.kind).toBe('queued');
});

test('an engine error stands at its picture alone, and can be tried again', async () => {
  const { engine, queue, add, status } = await start();
  const [a, b] = await add('a.png', 'b.png');
  await engine.next('analyze').fail('EngineError', 'engine-crashed');
  expect(status(a!)).toMatchObject({ kind: 'error', error: { code: 'engine-crashed' } });
  await engine.next('analyze').answer(analysis('1'));
  expect(status(b!)?.kind).toBe('done');
  queue.requeue(a!);
  await settled();
  await engine.next('analyze').answer(analysis('2'));
  expect(status(a!)?.kind).toBe('done');
});

test('removing withdraws the run; what was removed comes back at its place and runs again', async () => {
  const { engine, images, add, status } = await start();
  const [a, b] = await add('a.png', 'b.png');
  const run = engine.next('analyze');
  images().remove([a!]);
  await settled();
  expect(run.options.signal?.aborted).toBe(true);
  expect(images().selected).toBe(b);
  images().undoRemove();
  expect(images().images.map((image) => image.id)).toEqual([a, b]);
  expect(images().selected).toBe(a);
  expect(status(a!)?.kind).toBe('queued');
});

test('addresses of removed pictures are let go only when they can no longer come back', async () => {
  const { images, add } = await start();
  const [a] = await add('a.png');
  const { url } = images().images[0]!;
  images().remove([a!]);
  expect(revoked).toEqual([]);
  images().forgetRemoved();
  expect(revoked).toEqual([url]);
});

test('a refresh replaces the analysis without a word, once however often it is asked for', async () => {
  const { engine, queue, add, status } = await start();
  const [a] = await add('a.png');
  await engine.next('analyze').answer(analysis('1'));
  void queue.refresh(a!);
  void queue.refresh(a!);
  await settled();
  expect(engine.pending).toHaveLength(1);
  expect(status(a!)?.kind).toBe('done');
  await engine.next('analyze').answer(analysis('2'));
  expect(status(a!)).toMatchObject({ kind: 'done', analysis: { runId: '2' } });
});

test('another model runs all again, save what is no picture and what was stopped', async () => {
  const { engine, queue, images, add, status } = await start();
  const [a, b] = await add('a.png', 'b.png');
  const [bad] = images().add([{ name: 'empty.png', file: new Blob([]) }]);
  await settled();
  await engine.next('analyze').answer(analysis('1'));
  queue.cancel(b!);
  await settled();
  queue.requeueAll();
  expect(status(a!)?.kind).toBe('running');
  expect(status(b!)?.kind).toBe('stopped');
  expect(status(bad!)).toMatchObject({ kind: 'error', error: { code: 'image-empty' } });
});
