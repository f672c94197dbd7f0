import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Classification } from '../../renderer/engine/protocol.ts';
import { analysis, ENTRY, READY, settled } from './fake-engine.ts';

const PICTURE = new Blob([readFileSync(new URL('../golden/preprocess/portrait.png', import.meta.url))]);

const ANSWER: Classification = {
  kind: 'done',
  logits: Float32Array.of(0, 2, 1),
  probabilities: Float32Array.of(0.1, 0.6, 0.3),
  window: analysis('').window,
  precision: 'fp32',
};
const FAILED: Classification = {
  kind: 'failed',
  error: { name: 'ImageError', code: 'image-broken', message: 'b.png: the picture could not be decoded.' },
};

/** The stores are the app's; every test gets fresh ones. */
async function start({ modelReady = true, drawn = async () => {} } = {}) {
  vi.resetModules();
  // Imported with the rest, so that its error classes are theirs.
  const { FakeEngine } = await import('./fake-engine.ts');
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { startAnalysisQueue } = await import('../../renderer/pipeline/analysis-queue.ts');
  const engine = new FakeEngine();
  if (modelReady) useModel.setState({ shipped: [ENTRY], state: READY });
  const queue = startAnalysisQueue(engine, undefined, undefined, drawn);
  const images = () => useImages.getState();
  const add = async (...names: string[]) => {
    const ids = images().add(names.map((name) => ({ name, file: PICTURE })));
    await settled();
    return ids;
  };
  const status = (id: string) => images().images.find((image) => image.id === id)?.status;
  // What was withdrawn stays among the fake's calls.
  const live = (call: string) =>
    engine.pending
      .filter((each) => each.call === call && !each.options.signal?.aborted)
      .map(({ argument }) => argument);
  const analysed = () => live('analyze').map((argument) => (argument as { picture: { name: string } }).picture.name);
  const classified = () =>
    live('classify').map((argument) => (argument as { pictures: { name: string }[] }).pictures.map(({ name }) => name));
  return { engine, queue, images, add, status, analysed, classified, useImages, useModel };
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

test('the picture that is looked at is analysed first, of the others only the answer is asked for', async () => {
  const { engine, images, add, status, analysed, classified } = await start();
  const [a, b, c] = await add('a.png', 'b.png', 'c.png');
  expect(analysed()).toEqual(['a.png']);
  expect(classified()).toEqual([]);
  images().select(c!);
  await engine.next('analyze').answer(analysis('1'));
  expect(analysed()).toEqual(['c.png']);
  await engine.next('analyze').answer(analysis('2'));
  expect([analysed(), classified()]).toEqual([[], [['b.png']]]);
  await engine.next('classify').answer([ANSWER]);
  expect([a, b, c].map((id) => status(id!)?.kind)).toEqual(['done', 'classified', 'done']);
  expect(status(c!)).toMatchObject({ analysis: { runId: '2' } });
  const known = images().images.find((image) => image.id === b)?.result;
  expect(known).toMatchObject({ modelId: 'test', classCount: 3 });
  expect(known?.top.map(({ label }) => label)).toEqual(['sea dog', 'dog', 'cat']);
  expect(known?.entropy).toBeCloseTo(1.2955, 3);
});

test('the answer of a classified picture stays while its maps are made', async () => {
  const { engine, images, add, status, analysed } = await start();
  const [, b] = await add('a.png', 'b.png');
  await engine.next('analyze').answer(analysis('1'));
  await engine.next('classify').answer([ANSWER]);
  images().select(b!);
  await settled();
  expect(analysed()).toEqual(['b.png']);
  expect(status(b!)?.kind).toBe('running');
  expect(images().images[1]?.result?.top[0]?.label).toBe('sea dog');
  await engine.next('analyze').answer(analysis('2'));
  expect(status(b!)).toMatchObject({ kind: 'done', analysis: { runId: '2' } });
});

describe('from the answer to the maps', () => {
  test('the classes stand there a frame before the maps are made', async () => {
    let isDrawn = () => {};
    const drawn = new Promise<void>((resolve) => {
      isDrawn = resolve;
    });
    const { engine, images, add, status } = await start({ drawn: () => drawn });
    const [a] = await add('a.png');
    await engine.next('analyze').answer(analysis('1'));
    expect(images().images[0]?.result?.top[0]?.label).toBe('dog');
    expect(status(a!)).toEqual({ kind: 'running', progress: null });
    isDrawn();
    await settled();
    expect(status(a!)).toMatchObject({ kind: 'done', analysis: { runId: '1' } });
  });

  test('what the user stops or runs again between the two has no maps of that run', async () => {
    const frames: (() => void)[] = [];
    const drawn = () => new Promise<void>((resolve) => frames.push(resolve));
    const { engine, queue, images, add, status } = await start({ drawn });
    const [a] = await add('a.png');
    await engine.next('analyze').answer(analysis('1'));
    queue.requeue(a!);
    await settled();
    expect(images().images[0]?.result).toBeNull();
    frames.shift()!();
    await settled();
    expect(status(a!)?.kind).toBe('running');
    await engine.next('analyze').answer(analysis('2'));
    queue.cancel(a!);
    frames.shift()!();
    await settled();
    expect(status(a!)?.kind).toBe('stopped');
  });
});

test('the engine is asked before anybody hears that a picture runs', async () => {
  const { engine, add, useImages } = await start();
  const asked: number[] = [];
  useImages.subscribe(({ images: [image] }) => {
    if (image?.status.kind === 'running') asked.push(engine.pending.length);
  });
  await add('a.png');
  expect(asked[0]).toBe(1);
});

describe('pictures are judged ahead of the tray', () => {
  const files = (count: number, file: Blob = PICTURE) =>
    Array.from({ length: count }, (_, at) => ({ name: `${at}.png`, file }));

  test('a few come with what their headers say, so that they are asked for at once', async () => {
    const { engine, images } = await start();
    const { judgedAhead } = await import('../../renderer/pipeline/judge-pictures.ts');
    const [good, bad] = await judgedAhead([...files(1), { name: 'notes.txt', file: new Blob(['words']) }]);
    images().add([good!, bad!]);
    expect(engine.next('analyze').argument).toMatchObject({ picture: { name: '0.png' } });
    expect(images().images[0]).toMatchObject({
      size: { width: 500, height: 900 },
      url: expect.stringMatching(/^blob:/),
    });
    expect(images().images[1]?.status).toMatchObject({ kind: 'error', error: { code: 'image-unknown-format' } });
  });

  test('a folder’s worth is left to the tray', async () => {
    const { judgedAhead } = await import('../../renderer/pipeline/judge-pictures.ts');
    const many = files(17);
    expect(await judgedAhead(many)).toBe(many);
  });

  test('one whose file does not come is not waited for, and its late address is let go', async () => {
    const { judgedAhead } = await import('../../renderer/pipeline/judge-pictures.ts');
    let come = (_: ArrayBuffer) => {};
    const coming = new Promise<ArrayBuffer>((resolve) => {
      come = resolve;
    });
    const slow = Object.assign(new Blob([await PICTURE.arrayBuffer()]), {
      slice: () => Object.assign(new Blob(), { arrayBuffer: () => coming }),
    });
    const [image] = await judgedAhead(files(1, slow));
    expect(image).toEqual({ name: '0.png', file: slow });
    come(await PICTURE.arrayBuffer());
    await settled();
    expect(revoked).toHaveLength(1);
  });
});

test('a file that is no picture is refused with its code and never reaches the engine', async () => {
  const { engine, images, status } = await start();
  const [text, good] = images().add([
    { name: 'notes.txt', file: new Blob(['words']) },
    { name: 'good.png', file: PICTURE },
  ]);
  await settled();
  expect(status(text!)).toMatchObject({ kind: 'error', error: { code: 'image-unknown-format' } });
  await engine.next('classify').answer([ANSWER]);
  expect(status(good!)?.kind).toBe('classified');
});

test('a picture that fails among others has its reason and does not stop them; all failed can be tried again', async () => {
  const { engine, queue, add, status, classified } = await start();
  const [, ...rest] = await add('a.png', 'b.png', 'c.png', 'd.png');
  await engine.next('analyze').answer(analysis('1'));
  await engine.next('classify').answer([FAILED]);
  await engine.next('classify').answer([ANSWER, ANSWER]);
  expect(rest.map((id) => status(id)?.kind)).toEqual(['error', 'classified', 'classified']);
  queue.retry('error');
  await settled();
  expect(classified()).toEqual([['b.png']]);
});

test('a job that fails as a whole is run again picture by picture', async () => {
  const { engine, add, status, classified } = await start();
  const [, b, c, d] = await add('a.png', 'b.png', 'c.png', 'd.png');
  await engine.next('analyze').answer(analysis('1'));
  await engine.next('classify').answer([ANSWER]);
  expect(classified()).toEqual([['c.png', 'd.png']]);
  await engine.next('classify').fail('EngineError', 'engine-crashed');
  expect(classified()).toEqual([['c.png']]);
  await engine.next('classify').fail('EngineError', 'engine-crashed');
  await engine.next('classify').answer([ANSWER]);
  expect([b, c, d].map((id) => status(id!)?.kind)).toEqual(['classified', 'error', 'classified']);
});

test('an engine that fails again and again pauses the queue and says why', async () => {
  const { engine, queue, add, status } = await start();
  const { useQueue } = await import('../../renderer/stores/queue.ts');
  const ids = await add('a.png', 'b.png', 'c.png', 'd.png', 'e.png');
  await engine.next('analyze').answer(analysis('1'));
  for (let failures = 0; failures < 3; failures += 1)
    await engine.next('classify').fail('EngineError', 'engine-out-of-memory');
  expect(useQueue.getState()).toMatchObject({ paused: true, reason: 'engine-out-of-memory' });
  expect(status(ids[4]!)?.kind).toBe('queued');
  queue.resume();
  await settled();
  await engine.next('classify').answer([ANSWER]);
  expect(status(ids[4]!)?.kind).toBe('classified');
});

test('a paused queue runs only what is looked at; a cancelled one nothing, until it is wanted again', async () => {
  const { engine, queue, images, add, status, analysed, classified } = await start();
  const [a, b, c] = await add('a.png', 'b.png', 'c.png');
  queue.pause();
  await engine.next('analyze').answer(analysis('1'));
  expect(classified()).toEqual([]);
  images().select(b!);
  await settled();
  expect(analysed()).toEqual(['b.png']);
  queue.cancelAll();
  await settled();
  expect([a, b, c].map((id) => status(id!)?.kind)).toEqual(['done', 'stopped', 'stopped']);
  images().select(a!);
  queue.retry('stopped');
  await settled();
  expect(classified()).toEqual([['b.png']]);
});

test('maps are kept for the last that were looked at; of those before only the answer', async () => {
  const { engine, images, add, status } = await start();
  const { KEPT_ANALYSES } = await import('../../renderer/pipeline/analysis-queue.ts');
  const { useQueue } = await import('../../renderer/stores/queue.ts');
  useQueue.setState({ paused: true });
  const ids = await add(...Array.from({ length: KEPT_ANALYSES + 2 }, (_, at) => `${at}.png`));
  for (const id of ids) {
    images().select(id);
    await settled();
    await engine.next('analyze').answer(analysis(id));
  }
  expect(ids.filter((id) => status(id)?.kind === 'classified')).toEqual(ids.slice(0, 2));
  expect(images().counts.done).toBe(KEPT_ANALYSES);
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
  const { engine, queue, add, status, classified } = await start();
  const [a] = await add('a.png', 'b.png');
  const late = engine.next('analyze');
  queue.cancel(a!);
  await settled();
  expect(late.options.signal?.aborted).toBe(true);
  await late.answer(analysis('late'));
  expect(status(a!)).toEqual({ kind: 'stopped' });
  expect(classified()).toEqual([['b.png']]);
  queue.requeue(a!);
  expect(status(a!)?.kind).toBe('queued');
});

test('an engine error stands at its picture alone, and can be tried again', async () => {
  const { engine, queue, add, status } = await start();
  const [a, b] = await add('a.png', 'b.png');
  await engine.next('analyze').fail('EngineError', 'engine-crashed');
  expect(status(a!)).toMatchObject({ kind: 'error', error: { code: 'engine-crashed' } });
  await engine.next('classify').answer([ANSWER]);
  expect(status(b!)?.kind).toBe('classified');
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
  expect(status(a!)?.kind).toBe('queued');
  await settled();
  expect(status(a!)?.kind).toBe('running');
  expect(status(b!)?.kind).toBe('stopped');
  expect(status(bad!)).toMatchObject({ kind: 'error', error: { code: 'image-empty' } });
});
