import { expect, test, vi } from 'vitest';
import type { RowQuery } from '../../renderer/engine/protocol.ts';
import { analysis, ENTRY, READY, REPORT, settled } from './fake-engine.ts';

/** One finished picture of 128×64, its middle square seen by a model of three stages; the last has a CLS token. */
async function start() {
  vi.resetModules();
  // Imported with the rest, so that its error classes are theirs.
  const { FakeEngine } = await import('./fake-engine.ts');
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { useView } = await import('../../renderer/stores/view.ts');
  const { useRows } = await import('../../renderer/stores/rows.ts');
  const { startFollowingRows } = await import('../../renderer/pipeline/follow-rows.ts');
  const engine = new FakeEngine();
  const finish = (runId: string) => useImages.getState().setStatus(id!, { kind: 'done', analysis: analysis(runId) });
  const refresh = vi.fn(async () => finish('refreshed'));
  startFollowingRows(engine, refresh);
  useView.getState().setStages(REPORT.stages);
  useModel.setState({ shipped: [ENTRY], state: READY });
  const [id] = useImages.getState().add([{ name: 'a.png', file: new Blob() }]);
  finish('first');
  const asked = () => engine.pending.map(({ argument }) => argument as RowQuery);
  const shown = (stage: number) => useRows.getState().rows[stage]?.query;
  return { engine, asked, shown, refresh, view: () => useView.getState() };
}

const row = (count: number) => new Float32Array(count).fill(1 / count);

test('the CLS view asks for the row of CLS, in the stage that has one', async () => {
  const { engine, asked, shown } = await start();
  expect(asked()).toEqual([{ runId: 'first', stage: 2, block: 1, head: null, query: 0 }]);
  await engine.next('row').answer(row(5));
  expect(shown(2)).toMatchObject({ query: 0, block: 1 });
  expect(shown(0)).toBeUndefined();
});

test('received asks for nothing', async () => {
  const { engine, asked, view } = await start();
  await engine.next('row').answer(row(5));
  view().setView('received');
  view().setBlock(2, 0);
  expect(asked()).toEqual([]);
});

test('of the places that the pointer passes while a row is computed, only the last is asked for', async () => {
  const { engine, view, asked } = await start();
  await engine.next('row').answer(row(5));
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

test('a row that was answered before is shown again without asking', async () => {
  const { engine, view, asked, shown } = await start();
  await engine.next('row').answer(row(5));
  view().setBlock(2, 0);
  await engine.next('row').answer(row(5));
  expect(shown(2)).toMatchObject({ block: 0 });
  view().setBlock(2, 1);
  expect(asked()).toEqual([]);
  expect(shown(2)).toMatchObject({ block: 1 });
});

test('an answer for a block that is no longer looked at is not shown', async () => {
  const { engine, view, shown } = await start();
  const late = engine.next('row');
  view().setBlock(2, 0);
  await late.answer(row(5));
  expect(shown(2)).toBeUndefined();
  await engine.next('row').answer(row(5));
  expect(shown(2)).toMatchObject({ block: 0 });
});

test('released taps refresh the picture and the row is asked for anew', async () => {
  const { engine, asked, refresh, shown } = await start();
  await engine.next('row').fail('EngineError', 'taps-released');
  await settled();
  expect(refresh).toHaveBeenCalledOnce();
  expect(asked()).toEqual([{ runId: 'refreshed', stage: 2, block: 1, head: null, query: 0 }]);
  await engine.next('row').answer(row(5));
  expect(shown(2)).toMatchObject({ runId: 'refreshed' });
});

test('outside of the crop no row is asked for, and a pin keeps the query', async () => {
  const { engine, view, asked } = await start();
  await engine.next('row').answer(row(5));
  view().setView('query');
  while (engine.pending.length > 0) await engine.pending[0]?.answer(row(64));
  view().pointAt({ x: 10, y: 10 });
  expect(asked()).toEqual([]);
  view().pin({ x: 60, y: 30 });
  const pinned = asked().find(({ stage }) => stage === 0)?.query;
  while (engine.pending.length > 0) await engine.pending[0]?.answer(row(64));
  view().pointAt({ x: 90, y: 60 });
  expect(pinned).toBe(7 * 16 + 7);
  expect(asked()).toEqual([]);
  view().activatePin(null);
  expect(asked().find(({ stage }) => stage === 0)?.query).not.toBe(pinned);
});
