import { toErrorMessage } from '../../models/errors.ts';
import { fileKey, modelKey } from '../results/file-key.ts';
import type { Journal, JournalRecord } from '../results/journal.ts';
import type { PictureResult } from '../results/picture-result.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { type ImageChange, imageById, placeOf, type TrayImage } from '../stores/images.ts';
import { preprocessingFor } from '../stores/input.ts';
import { expectedPrecision } from '../stores/model.ts';
import { useNotices } from '../stores/notices.ts';

/** What was said of a file before: by the model of now at the input of now, and by others. */
export interface Recalled {
  readonly result: PictureResult | null;
  readonly others: readonly PictureResult[];
}

/** Results on their way into the journal and out of it. Nothing here rejects: without a journal every picture is run. */
export interface Memory {
  /** By id. */
  readonly recall: (images: readonly TrayImage[], entry: ModelEntry) => Promise<ReadonlyMap<string, Recalled>>;
  readonly keep: (
    results: readonly { readonly image: TrayImage; readonly result: PictureResult }[],
    entry: ModelEntry,
  ) => void;
}

export function remember(journal: Journal, session: number): Memory {
  let isTold = false;
  /** Said once: it would be said for every picture. */
  const tell = (error: unknown) => {
    if (isTold) return;
    isTold = true;
    const { message } = toErrorMessage(error);
    useNotices
      .getState()
      .show(`Results will be gone when this window closes: the browser does not keep them (${message}).`);
  };

  const keep: Memory['keep'] = (results, entry) => {
    const records = results.map(({ image, result }): JournalRecord => {
      const { path, file } = image;
      const model = modelKey(entry, result.preprocessing, result.precision);
      return { model, file: fileKey(path, file), path, session, place: placeOf(image.id) ?? 0, result };
    });
    if (records.length > 0) journal.keep(records).catch(tell);
  };

  return {
    keep,
    recall: async (images, entry) => {
      try {
        const found = await journal.find(images.map(({ path, file }) => fileKey(path, file)));
        const recalled = new Map<string, Recalled>();
        const seen: { image: TrayImage; result: PictureResult }[] = [];
        for (const image of images) {
          const records = found.get(fileKey(image.path, image.file)) ?? [];
          const key = modelKey(entry, preprocessingFor(image, entry), expectedPrecision());
          const result = records.find(({ model }) => model === key)?.result ?? null;
          if (result) seen.push({ image, result });
          recalled.set(image.id, {
            result,
            others: latestOfOthers(
              records.map((each) => each.result),
              entry.id,
            ),
          });
        }
        // They belong to this session's tray from now on.
        keep(seen, entry);
        return recalled;
      } catch (error) {
        tell(error);
        return new Map();
      }
    },
  };
}

/** The latest result of every model but one. */
export function latestOfOthers(results: readonly PictureResult[], modelId: string): readonly PictureResult[] {
  const latest = new Map<string, PictureResult>();
  for (const result of results) {
    const known = latest.get(result.modelId);
    if (result.modelId !== modelId && (!known || known.at < result.at)) latest.set(result.modelId, result);
  }
  return [...latest.values()];
}

/** What changes about a picture when it is to be run again: what was said of it was said by another model, or of another input. */
export function forgetResult(image: TrayImage): ImageChange {
  const { result, others } = image;
  return {
    result: null,
    others: result ? [...others.filter(({ modelId }) => modelId !== result.modelId), result] : others,
  };
}

/** What is recalled, as changes of those pictures that are still as they were asked about. */
export function recallChanges(
  recalled: ReadonlyMap<string, Recalled>,
  expected: 'queued' | null,
): ReadonlyMap<string, ImageChange> {
  const changes = new Map<string, ImageChange>();
  for (const [id, { result, others }] of recalled) {
    const image = imageById(id);
    if (!image || image.result || (!result && others.length === 0)) continue;
    if (expected && image.status.kind !== expected) continue;
    changes.set(id, { result, others, ...(result && expected && { status: { kind: 'classified' } as const }) });
  }
  return changes;
}
