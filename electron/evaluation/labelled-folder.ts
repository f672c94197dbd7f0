import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EvaluationError, reasonOf } from '../../models/errors.ts';
import type { ClassList } from '../../models/evaluation/class-list.ts';
import type { LabelledImage, Labelling } from '../../models/evaluation/labelled-images.ts';
import {
  checkLabelsText,
  isFlat,
  LABELS_FILES,
  LARGEST_LABELS_FILE,
  labelPictures,
} from '../../models/evaluation/labels-file.ts';
import { findPictures } from './find-pictures.ts';

/** Pictures in a folder, and where their labels come from. */
export interface LabelledFolder {
  /** Absolute, links resolved. */
  readonly folder: string;
  readonly pictures: readonly string[];
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[];
  /** Null: the names of sub-folders. */
  readonly labels: { readonly path: string; readonly text: string } | null;
}

/**
 * Finds the pictures. Without a labels file that is named, a flat folder may hold one under a usual name.
 * @param labelsFile an absolute path
 * @throws EvaluationError `folder-unreadable`, `no-pictures`, `labels-unreadable`; CancelledError
 */
export async function openLabelledFolder(
  given: string,
  labelsFile: string | null,
  signal: AbortSignal,
): Promise<LabelledFolder> {
  const { paths, unreadable } = await findPictures(given, signal);
  const folder = await realpath(given);
  if (paths.length === 0) throw new EvaluationError('no-pictures', `${given}: no pictures in this folder or below it.`);
  const path = labelsFile ?? (isFlat(paths) ? await usualLabelsFile(folder) : null);
  return { folder, pictures: paths, unreadable, labels: path === null ? null : { path, text: await readLabels(path) } };
}

/**
 * The true classes for a model.
 * @throws EvaluationError `no-labels` where no picture has any
 */
export function labelFolder({ labels, ...found }: LabelledFolder, classes: ClassList): Labelling {
  const file = labels === null ? null : { name: basename(labels.path), text: labels.text };
  const labelling = labelPictures(found, file, classes);
  if (labelling.images.length === 0) throw noLabels(found.folder, labels?.path ?? null, labelling);
  return labelling;
}

/** At most `limit` of the images, spread evenly over the list, so that folders of all classes have their share. */
export function spread(images: readonly LabelledImage[], limit: number | null): readonly LabelledImage[] {
  if (limit === null || limit >= images.length) return images;
  return Array.from({ length: limit }, (_, place) => images[Math.floor((place * images.length) / limit)]!);
}

async function usualLabelsFile(folder: string): Promise<string | null> {
  for (const name of LABELS_FILES) {
    const path = join(folder, name);
    const isFile = await stat(path).then(
      (status) => status.isFile(),
      () => false,
    );
    if (isFile) return path;
  }
  return null;
}

async function readLabels(path: string): Promise<string> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > LARGEST_LABELS_FILE) throw new Error(`it is larger than ${LARGEST_LABELS_FILE / 2 ** 20} MiB`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new EvaluationError('labels-unreadable', `${path}: could not be read (${reasonOf(error)}).`, {
      cause: error,
    });
  }
  checkLabelsText(text, path);
  return text;
}

function noLabels(folder: string, labelsFile: string | null, { labels, problems }: Labelling): EvaluationError {
  if (labels.total === 0)
    return new EvaluationError(
      'no-labels',
      labelsFile === null
        ? `${folder}: the pictures lie in no sub-folders. Sort them into folders named by class, or give --labels FILE.`
        : `${labelsFile}: it has no line with a picture and a label.`,
    );
  const unknown = problems.flatMap(({ label }) => (label === null ? [] : [`"${label}"`]));
  const shown = [...new Set(unknown)].slice(0, 3).join(', ');
  if (labels.matched > 0)
    return new EvaluationError('no-labels', `${labelsFile ?? folder}: none of the labelled pictures is in ${folder}.`);
  return new EvaluationError(
    'no-labels',
    `${labelsFile ?? folder}: none of the ${labels.total} labels (${shown}${labels.total > 3 ? ', …' : ''}) names a class of ` +
      'this model by WordNet id, name or index. Choose the model that they were made for, or give its class names with --classes.',
  );
}
