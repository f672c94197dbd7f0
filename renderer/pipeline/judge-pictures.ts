import { toErrorMessage } from '../../models/errors.ts';
import { type ImageChange, idsHaving, imageById, type TrayImage, useImages } from '../stores/images.ts';
import { firstOf } from './first-of.ts';
import { judgePicture } from './pipeline.ts';

/** Headers that are read at a time: each is a quarter of a megabyte. */
const AT_ONCE = 16;

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

async function judge({ name, file }: TrayImage): Promise<ImageChange> {
  try {
    const judged = await judgePicture(name, file);
    return { ...judged, url: URL.createObjectURL(file), status: { kind: 'queued' } };
  } catch (error) {
    return { status: { kind: 'error', error: toErrorMessage(error) } };
  }
}
