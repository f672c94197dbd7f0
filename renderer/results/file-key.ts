import type { Preprocessing } from '../../models/image/preprocessing.ts';
import type { Precision } from '../../models/precision/precision.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { useLibrary } from '../stores/library.ts';

/**
 * What stands for a file between sessions: where it lay in what was dropped, its size and when it was changed. Reading thousands
 * of files for a checksum would take as long as running them.
 */
export function fileKey(path: string, file: Blob): string {
  return JSON.stringify([path, file.size, file instanceof File ? file.lastModified : null]);
}

/** What stands for a model at an input: other weights, another size, crop or precision give another answer. */
export function modelKey(entry: ModelEntry, preprocessing: Preprocessing, precision: Precision): string {
  const state = useLibrary.getState().snapshot?.entries.find(({ id }) => id === entry.id)?.state;
  const weights = state?.kind === 'installed' ? state.sha256 : entry.weightsSize;
  // As it was before there was a choice, so that what was said then is still found.
  const how = precision === 'fp32' ? [] : [precision];
  return JSON.stringify([entry.id, weights, entry.activation, preprocessing, ...how]);
}
