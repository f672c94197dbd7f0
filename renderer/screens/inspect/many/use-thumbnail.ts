import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { makeThumbnail } from '../../../pipeline/thumbnail.ts';
import { untilAnswered } from '../../../pipeline/until-answered.ts';
import { fileKey } from '../../../results/file-key.ts';
import { imageById, type TrayImage } from '../../../stores/images.ts';
import { useApp } from '../../frame/app-context.ts';

/** A small rendering of a picture, made while whoever asks is near the view; null until it is there. */
export function useThumbnail({ id, path, file, size }: TrayImage): string | null {
  const key = useMemo(() => fileKey(path, file), [path, file]);
  const isReady = size !== null;
  const make = useCallback(async () => {
    await untilAnswered(id);
    const image = imageById(id);
    return image?.size ? makeThumbnail(image.file, image.size) : null;
  }, [id]);
  return useStored(key, isReady ? make : undefined);
}

/** The rendering that an earlier session left of a file that is not here; null where it left none. */
export function useStoredThumbnail(key: string): string | null {
  return useStored(key, null);
}

/** @param make undefined where it is too early to ask */
function useStored(key: string, make: (() => Promise<Blob | null>) | null | undefined): string | null {
  const { thumbnails } = useApp();
  const subscribe = useCallback(
    (listener: () => void) => (make === undefined ? () => {} : thumbnails.want(key, make, listener)),
    [thumbnails, key, make],
  );
  return useSyncExternalStore(subscribe, () => thumbnails.url(key));
}
