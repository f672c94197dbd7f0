import { EvaluationError } from '../errors.ts';
import type { ClassList } from './class-list.ts';
import { type Labelling, labelsFromFile, labelsFromFolders } from './labelled-images.ts';

/** What a labels file in a flat folder itself may be called, the first that is there. */
export const LABELS_FILES = ['val_map.txt', 'labels.csv', 'labels.tsv', 'labels.txt'] as const;
/** Some two million pictures; keeps a wrong file from filling the memory. */
export const LARGEST_LABELS_FILE = 128 * 1024 * 1024;

export interface LabelsFile {
  /** Tells CSV and TSV from text. */
  readonly name: string;
  readonly text: string;
}

/** The pictures of a folder, by their paths in it, and what of it could not be listed. */
export interface ListedPictures {
  readonly pictures: readonly string[];
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[];
}

/**
 * The true classes of pictures, from a labels file where there is one and from the names of their folders where not. Folders
 * that could not be listed come first among the problems.
 */
export function labelPictures(
  { pictures, unreadable }: ListedPictures,
  labels: LabelsFile | null,
  classes: ClassList,
): Labelling {
  const found =
    labels === null
      ? labelsFromFolders(pictures, classes)
      : labelsFromFile(pictures, labels.text, labels.name, classes);
  const problems = unreadable.map(({ folder, reason }) => ({
    kind: 'unreadable-folder' as const,
    folder,
    label: null,
    count: 1,
    examples: [reason],
  }));
  return { ...found, problems: [...problems, ...found.problems] };
}

/** Whether pictures lie in no sub-folders, so that only a file can tell their classes. */
export function isFlat(pictures: readonly string[]): boolean {
  return pictures.every((path) => !path.includes('/'));
}

/** @param file names it in the message @throws EvaluationError `labels-unreadable` */
export function checkLabelsText(text: string, file: string): void {
  if (text.includes('\0'))
    throw new EvaluationError(
      'labels-unreadable',
      `${file}: not a text file. Labels are read from CSV or val_map.txt.`,
    );
  if (text.trim() === '') throw new EvaluationError('labels-unreadable', `${file}: the file is empty.`);
}
