import { useImages } from '../../stores/images.ts';
import { useNotices } from '../../stores/notices.ts';

/** Takes pictures out of the tray; the files are not touched, and the notice brings them back. */
export function removePictures(ids: readonly string[]): void {
  if (ids.length === 0) return;
  const { images, remove } = useImages.getState();
  const only = ids.length === 1 ? images.find((image) => image.id === ids[0]) : undefined;
  remove(ids);
  const what = only ? only.name : `${ids.length} pictures`;
  useNotices.getState().show(`${what} removed from the tray.`, { label: 'Undo', run: undoRemoving });
}

export function removeAllPictures(): void {
  removePictures(useImages.getState().images.map((image) => image.id));
}

export function undoRemoving(): void {
  useImages.getState().undoRemove();
  useNotices.getState().dismiss();
}
