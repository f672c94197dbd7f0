import { fileDifference } from '../../models/recipe/differences.ts';
import type { Recipe } from '../../models/recipe/recipe.ts';
import type { SampleEntry } from '../shell/shell.ts';
import { useImages } from '../stores/images.ts';
import { isUsable, useLibrary } from '../stores/library.ts';
import { useModel } from '../stores/model.ts';
import type { RecipePart } from '../stores/recipes.ts';
import { checkpointIdentity, sha256Of } from './sha256.ts';

/**
 * The recipe's picture: in the tray by its checksum, else among the samples, which are then added; else one of its name.
 */
export async function findPicture({ picture }: Recipe, samples: readonly SampleEntry[]): Promise<RecipePart> {
  const { images } = useImages.getState();
  for (const { id, file } of images)
    if (file.size === picture.bytes && (await sha256Of(file)) === picture.sha256) return { kind: 'found', id };

  const sample = await fetchSample(samples.find(({ name }) => name === picture.name));
  if (sample && sample.size === picture.bytes && (await sha256Of(sample)) === picture.sha256) {
    const [id] = useImages.getState().add([{ name: picture.name, file: sample }]);
    return { kind: 'found', id: id! };
  }

  // The newest is what was brought for it.
  const named = images.findLast(({ name }) => name === picture.name);
  if (!named) return { kind: 'missing', id: null };
  const here = { bytes: named.file.size, sha256: await sha256Of(named.file) };
  return { kind: 'differs', id: named.id, difference: fileDifference(picture, here) ?? 'it is another file' };
}

async function fetchSample(sample: SampleEntry | undefined): Promise<Blob | null> {
  if (!sample) return null;
  const response = await fetch(sample.url).catch(() => null);
  return response?.ok ? response.blob() : null;
}

/** The recipe's model: one with its checkpoint, the one of its id before others; else the one of its id as it stands. */
export async function findModel({ model }: Recipe): Promise<RecipePart> {
  const { sha256 } = model.checkpoint;
  const entries = useLibrary.getState().snapshot?.entries ?? [];
  const same = entries.filter(({ state }) => state.kind === 'installed' && state.sha256 === sha256);
  const byChecksum = same.find(({ id }) => id === model.id) ?? same[0];
  if (byChecksum) return { kind: 'found', id: byChecksum.id };

  const shipped = useModel.getState().shipped.find(({ id }) => id === model.id);
  if (shipped) return judge(model, shipped.id, await checkpointIdentity(shipped));
  const entry = entries.find(({ id }) => id === model.id);
  if (!entry) return { kind: 'missing', id: null };
  if (entry.state.kind === 'installed')
    return judge(model, entry.id, { bytes: entry.state.size, sha256: entry.state.sha256 });
  // A file in the cache of other programs is checked when it is first used.
  return isUsable(entry) ? { kind: 'found', id: entry.id } : { kind: 'missing', id: entry.id };
}

function judge(model: Recipe['model'], id: string, here: Parameters<typeof fileDifference>[1]): RecipePart {
  const difference = fileDifference(model.checkpoint, here);
  return difference === null ? { kind: 'found', id } : { kind: 'differs', id, difference };
}
