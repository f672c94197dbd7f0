import { imageById, useImages } from '../stores/images.ts';

/** A large network takes seconds, and a tray without its picture looks as if the drop had failed. */
const PATIENCE_MS = 800;

/**
 * Until the picture in front has its answer, or has waited long enough. Whatever else decodes it meanwhile takes the cores that
 * the network runs on, and for a large photo as much of them as the run itself.
 */
export function untilAnswered(id: string): Promise<void> {
  return new Promise((resolve) => {
    if (!isWaitedFor(id)) {
      resolve();
      return;
    }
    const end = () => {
      unsubscribe();
      clearTimeout(timer);
      resolve();
    };
    const unsubscribe = useImages.subscribe(() => isWaitedFor(id) || end());
    const timer = setTimeout(end, PATIENCE_MS);
  });
}

function isWaitedFor(id: string): boolean {
  const kind = imageById(id)?.status.kind;
  return useImages.getState().selected === id && (kind === 'queued' || kind === 'running');
}
