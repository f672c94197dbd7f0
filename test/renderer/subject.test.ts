import { beforeEach, expect, test, vi } from 'vitest';
import { analysis, ENTRY, READY } from './fake-engine.ts';

/** As the window of {@link analysis} has it. */
const SIZE = { width: 128, height: 64 };

beforeEach(() => vi.resetModules());

async function start() {
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { currentScene, currentSubject } = await import('../../renderer/pipeline/subject.ts');
  useModel.setState({ shipped: [ENTRY], state: READY });
  const [id] = useImages
    .getState()
    .add([{ name: 'a.png', file: new Blob(), judged: { size: SIZE, url: 'blob:a', status: { kind: 'queued' } } }]);
  return { id: id!, images: useImages.getState, currentScene, currentSubject };
}

test('a scene stays the same object while its picture runs and has its answer', async () => {
  const { id, images, currentScene, currentSubject } = await start();
  const [scene, subject] = [currentScene(), currentSubject()];
  images().setStatus(id, { kind: 'running', progress: null });
  expect(currentSubject()).not.toBe(subject);
  expect(currentScene()).toBe(scene);
  images().setStatus(id, { kind: 'running', progress: { phase: 'running' } });
  expect(currentScene()).toBe(scene);
  expect(scene).not.toHaveProperty('image');
});

test('with the maps it becomes another, of which only the analysis is new', async () => {
  const { id, images, currentScene } = await start();
  const before = currentScene();
  images().setStatus(id, { kind: 'done', analysis: analysis('1') });
  const after = currentScene();
  expect(after).toEqual({ ...before, analysis: analysis('1') });
  for (const key of ['stages', 'window', 'tiles'] as const) expect(after[key]).toBe(before[key]);
});

test('another size has another window and other tiles', async () => {
  const { id, images, currentScene } = await start();
  const before = currentScene();
  images().change(id, { size: { width: 64, height: 256 } });
  const after = currentScene();
  expect(after.window).not.toEqual(before.window);
  expect(after.tiles).not.toBe(before.tiles);
  expect(after.stages).toBe(before.stages);
});
