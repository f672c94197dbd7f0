import { toErrorMessage } from '../../models/errors.ts';
import { type ImageChange, idsHaving, imageById, type NewImage, useImages } from '../stores/images.ts';
import { firstOf } from './first-of.ts';
import { judgePicture } from './pipeline.ts';

/** Headers that are read at a time: each is a quarter of a megabyte. */
const AT_ONCE = 16;

/** Longer than reading a few headers takes; shorter than anyone waits for a sign that their drop was taken. */
const AHEAD_MS = 50;

/**
 * A few pictures with what their headers say, for a tray that need not be drawn once without it and once with it. Those that take
 * longer come as they are and are judged in the tray, as thousands are.
 */
export async function judgedAhead(images: readonly NewImage[]): Promise<readonly NewImage[]> {
  if (images.length > AT_ONCE) return images;
  let isLate = false;
  const late = new Promise<null>((resolve) =>
    setTimeout(() => {
      isLate = true;
      resolve(null);
    }, AHEAD_MS),
  );
  return Promise.all(
    images.map(async (image) => {
      const judging = judge(image).then((change) => {
        if (isLate && change.url) URL.revokeObjectURL(change.url);
        return change;
      });
      const judged = await Promise.race([judging, late]);
      return judged ? { ...image, judged } : image;
    }),
  );
}

/** Reads the headers of pictures as they come; answers a function that looks whether there are new ones. */
export function startJudging(): () => void {
  let judging = false;
  return async () => {
    if (judging) return;
    judging = true;
    for (;;) {
      const images = firstOf(idsHaving('loading'), AT_ONCE).map((id) => imageById(id)!);
      if (images.length === 0) break;
      const judged = await Promise.all(images.map(async (image) => [image.id, await judge(image)] as const));
      useImages.getState().changeMany(new Map(judged.map(([id, change]) => [id, unlessStopped(id, change)])));
    }
    judging = false;
  };
}

/** What the user stopped meanwhile stays stopped. */
function unlessStopped(id: string, change: ImageChange): ImageChange {
  const status = imageById(id)?.status;
  return status?.kind === 'stopped' && change.url ? { ...change, status } : change;
}

async function judge({ name, file }: NewImage): Promise<ImageChange> {
  try {
    const judged = await judgePicture(name, file);
    return { ...judged, url: URL.createObjectURL(file), status: { kind: 'queued' } };
  } catch (error) {
    return { status: { kind: 'error', error: toErrorMessage(error) } };
  }
}
