import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import { analysis, ENTRY, READY, settled } from './fake-engine.ts';

/** 500×900. */
const PICTURE = new Blob([readFileSync(new URL('../golden/preprocess/portrait.png', import.meta.url))]);

/** The stores are the app's; every test gets fresh ones. */
async function start() {
  const { FakeEngine } = await import('./fake-engine.ts');
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { startAnalysisQueue } = await import('../../renderer/pipeline/analysis-queue.ts');
  const { inputActions } = await import('../../renderer/pipeline/input-actions.ts');
  const engine = new FakeEngine();
  useModel.setState({ shipped: [ENTRY], state: READY });
  const queue = startAnalysisQueue(engine, undefined, undefined, async () => {});
  const [id] = useImages.getState().add([{ name: 'a.png', file: PICTURE }]);
  await settled();
  // What was withdrawn stays among the fake's calls.
  const call = () => {
    const live = engine.pending.filter(({ options }) => !options.signal?.aborted);
    expect(live).toHaveLength(1);
    return live[0]!;
  };
  const asked = () => (call().argument as { model: { preprocessing: Preprocessing } }).model.preprocessing;
  const image = () => useImages.getState().images.find((each) => each.id === id)!;
  return { queue, input: inputActions(queue), id: id!, call, asked, image };
}

/** What the engine says of a run at this preprocessing. */
function answerAt(
  runId: string,
  { width, height }: { width: number; height: number },
  picture = { width: 500, height: 900 },
) {
  const answer = analysis(runId);
  const window = {
    ...answer.window,
    pictureWidth: picture.width,
    pictureHeight: picture.height,
    inputWidth: width,
    inputHeight: height,
  };
  return { ...answer, window };
}

beforeEach(() => vi.resetModules());

test('a picture is run at the checkpoint’s own input until another is chosen', async () => {
  const { call, input, asked, image } = await start();
  expect(asked()).toEqual(ENTRY.preprocessing);
  await call().answer(answerAt('own', asked()));
  expect(image().status.kind).toBe('done');
  input.choose({ kind: 'whole', along: 'shorter', side: 100 });
  // At once: what was computed at another size is not shown meanwhile.
  expect(['queued', 'running']).toContain(image().status.kind);
  await settled();
  expect(asked()).toMatchObject({ width: 100, height: 180, resize: { mode: 'stretch' } });
  await call().answer(answerAt('whole', asked()));
  expect(image().status).toMatchObject({ kind: 'done', analysis: { runId: 'whole' } });
});

test('an answer at the size before, which comes late, is dropped', async () => {
  const { call, input, asked, image } = await start();
  const late = call();
  input.choose({ kind: 'square', side: 96 });
  await late.answer(answerAt('late', ENTRY.preprocessing));
  expect(image().status.kind).toBe('running');
  expect(asked()).toMatchObject({ width: 96, height: 96 });
  await call().answer(answerAt('new', asked()));
  expect(image().status).toMatchObject({ analysis: { runId: 'new' } });
});

test('a moved crop runs its picture again, with the crop; the centre needs none', async () => {
  const { call, input, id, asked, image } = await start();
  await call().answer(answerAt('1', asked()));
  input.choose({ kind: 'free', width: 64, height: 64, fit: 'crop' });
  await settled();
  expect(asked().resize).toEqual({ mode: 'shorter', to: 64 });
  await call().answer(answerAt('2', asked()));
  input.moveCrop(id, { x: 0.5, y: 1 });
  await settled();
  expect(asked().resize).toEqual({ mode: 'shorter', to: 64, crop: { x: 0.5, y: 1 } });
  await call().answer(answerAt('3', asked()));
  input.moveCrop(id, null);
  await settled();
  expect(asked().resize).toEqual({ mode: 'shorter', to: 64 });
  expect(image().crop).toBeNull();
});

test('a stopped picture that is looked at is run at the new size; a refused one too', async () => {
  const { call, queue, input, id, asked, image } = await start();
  queue.cancel(id);
  await settled();
  expect(image().status.kind).toBe('stopped');
  input.choose({ kind: 'square', side: 4096 });
  await settled();
  await call().fail('EngineError', 'input-too-large');
  expect(image().status).toMatchObject({ kind: 'error', error: { code: 'input-too-large' } });
  input.choose({ kind: 'square', side: 128 });
  await settled();
  expect(asked().width).toBe(128);
});

test('a picture that turns out to lie on its side is run again in its true shape', async () => {
  const { call, input, asked, image } = await start();
  input.choose({ kind: 'whole', along: 'shorter', side: 100 });
  await settled();
  expect(asked()).toMatchObject({ width: 100, height: 180 });
  await call().answer(answerAt('turned', asked(), { width: 900, height: 500 }));
  expect(image()).toMatchObject({ size: { width: 900, height: 500 }, status: { kind: 'running' } });
  expect(asked()).toMatchObject({ width: 180, height: 100 });
  await call().answer(answerAt('true', asked(), { width: 900, height: 500 }));
  expect(image().status).toMatchObject({ kind: 'done', analysis: { runId: 'true' } });
});
