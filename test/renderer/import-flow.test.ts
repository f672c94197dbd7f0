import { expect, test, vi } from 'vitest';
import type { ImportChoices } from '../../renderer/shell/model-library.ts';
import { settled } from './fake-engine.ts';
import { type FakeLibrary, PROPOSAL } from './fake-library.ts';

const CHECKPOINT = new File(['weights'], 'model.pth');
const SPEC = new File(['{}'], 'spec.json');
const CHOICES: ImportChoices = {
  title: 'model',
  size: { rows: 224, cols: 224 },
  activation: 'quick_gelu',
  labels: 'index',
  place: 'copy',
};

async function start() {
  vi.resetModules();
  const { FakeLibrary: Library } = await import('./fake-library.ts');
  const { useImport } = await import('../../renderer/stores/imports.ts');
  const { importFlow } = await import('../../renderer/library/import-flow.ts');
  const library: FakeLibrary = new Library();
  return { library, flow: importFlow(library.contract), state: () => useImport.getState().state };
}

test('files are looked through, confirmed and brought in', async () => {
  const { library, flow, state } = await start();
  expect(flow.begin([CHECKPOINT, SPEC])).toBe(true);
  library.next('inspect').options.onProgress?.({ phase: 'sending', done: 1, total: 7 });
  expect(state()).toMatchObject({ kind: 'inspecting', progress: { phase: 'sending' } });
  await library.next('inspect').answer(PROPOSAL);
  expect(state()).toMatchObject({ kind: 'proposed', error: null });
  const confirmed = flow.confirm(CHOICES);
  expect(state().kind).toBe('importing');
  expect(library.next('confirmImport').argument).toEqual({ id: PROPOSAL.id, choices: CHOICES });
  await library.next('confirmImport').answer('imported:model');
  expect(await confirmed).toBe('imported:model');
  expect(state().kind).toBe('none');
  // It was used up: there is nothing left to discard.
  expect(library.discarded).toEqual([]);
});

test('a refused file keeps its message, and a spec is looked through together with it', async () => {
  const { library, flow, state } = await start();
  flow.begin([CHECKPOINT]);
  await library.next('inspect').fail('CheckpointError', 'unknown-variant');
  expect(state()).toMatchObject({ kind: 'refused', error: { code: 'unknown-variant' } });
  expect(flow.add([SPEC])).toBe(true);
  expect(library.next('inspect').argument).toEqual([CHECKPOINT, SPEC]);
});

test('a corrected spec takes the place of the one with its name', async () => {
  const { library, flow } = await start();
  flow.begin([CHECKPOINT, SPEC]);
  await library.next('inspect').fail('SpecError', 'spec-invalid');
  const corrected = new File(['{"a":1}'], 'spec.json');
  flow.add([corrected]);
  const files = library.next('inspect').argument as File[];
  expect(files.map(({ name }) => name)).toEqual(['model.pth', 'spec.json']);
  expect(files[1]).toBe(corrected);
});

test('a spec without an import belongs to nothing', async () => {
  const { library, flow } = await start();
  expect(flow.add([SPEC])).toBe(false);
  expect(library.pending).toEqual([]);
});

test('another file gives the waiting proposal up', async () => {
  const { library, flow, state } = await start();
  flow.begin([CHECKPOINT]);
  await library.next('inspect').answer(PROPOSAL);
  flow.begin([new File(['other'], 'other.pth')]);
  expect(library.discarded).toEqual([PROPOSAL.id]);
  expect(state()).toMatchObject({ kind: 'inspecting' });
});

test('a proposal that comes after its files were withdrawn is discarded', async () => {
  const { library, flow, state } = await start();
  flow.begin([CHECKPOINT]);
  const ask = library.next('inspect');
  flow.cancel();
  expect(ask.options.signal?.aborted).toBe(true);
  expect(state().kind).toBe('none');
  await ask.answer(PROPOSAL);
  expect(library.discarded).toEqual([PROPOSAL.id]);
  expect(state().kind).toBe('none');
});

test.each([
  { how: 'failed', name: 'DownloadError', code: 'no-space', error: { code: 'no-space' } },
  { how: 'cancelled', name: 'CancelledError', code: 'cancelled', error: null },
])('an import that is $how goes back to the choices', async ({ name, code, error }) => {
  const { library, flow, state } = await start();
  flow.begin([CHECKPOINT]);
  await library.next('inspect').answer(PROPOSAL);
  const confirmed = flow.confirm(CHOICES);
  expect(flow.begin([SPEC])).toBe(false);
  flow.cancel();
  expect(library.next('confirmImport').options.signal?.aborted).toBe(true);
  await library.next('confirmImport').fail(name, code);
  expect(await confirmed).toBeNull();
  await settled();
  expect(state()).toMatchObject({ kind: 'proposed', error });
});
