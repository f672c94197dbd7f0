import { z } from 'zod';

/** How many files or lines a problem names; its count says how many there are. */
const EXAMPLES = 20;

export const labelProblemSchema = z.strictObject({
  kind: z.enum([
    'unknown-label', // a folder or a label that names no class
    'ambiguous-label', // a word that several classes share
    'index-out-of-range', // a number beyond the model's classes
    'file-without-label', // a picture in no class's folder, or that the labels file does not list
    'label-without-file', // a line whose picture is not there
    'ambiguous-file', // a line that could mean several pictures
    'conflicting-label', // a picture to which lines give different classes
    'unreadable-line', // a line without a file or without a label
    'unreadable-folder', // a sub-folder that the file system would not list
  ]),
  /** The folder, relative to the evaluated one; null where lines are meant. */
  folder: z.string().nullable(),
  /** The label as it stands there; null where there is none. */
  label: z.string().nullable(),
  /** Pictures or lines that this concerns. */
  count: z.int().positive(),
  /** The first few: paths, or lines as `12: name`. */
  examples: z.array(z.string()).max(EXAMPLES),
});

/** Why some pictures are not measured. Data, not an error: the others are. */
export type LabelProblem = z.infer<typeof labelProblemSchema>;

type Subject = Pick<LabelProblem, 'kind' | 'folder' | 'label'>;

/** Collects problems of one kind, folder and label into one. */
export class LabelProblems {
  readonly #found = new Map<string, LabelProblem>();

  add(subject: Subject, example: string): void {
    const key = JSON.stringify([subject.kind, subject.folder, subject.label]);
    const known = this.#found.get(key);
    if (known === undefined) {
      this.#found.set(key, { ...subject, count: 1, examples: [example] });
      return;
    }
    known.count++;
    if (known.examples.length < EXAMPLES) known.examples.push(example);
  }

  list(): readonly LabelProblem[] {
    return [...this.#found.values()];
  }
}

/** A problem in a sentence. */
export function problemInWords({ kind, folder, label, count, examples }: LabelProblem): string {
  const files = count === 1 ? '1 picture' : `${count} pictures`;
  const lines = count === 1 ? '1 line' : `${count} lines`;
  const first = examples[0] ?? '';
  const place = folder === null ? `${lines} (${first})` : `${folder === '' ? 'the folder itself' : folder} (${files})`;
  switch (kind) {
    case 'unknown-label':
      return `${place}: "${label}" is no class of this model.`;
    case 'ambiguous-label':
      return `${place}: "${label}" names several classes of this model; use the WordNet id or the index.`;
    case 'index-out-of-range':
      return `${place}: ${label} is beyond the last class index of this model; indexes count from 0.`;
    case 'file-without-label':
      return folder === null
        ? `${files} not in the labels file, ${first} for one.`
        : `${place}: not in a class's folder.`;
    case 'label-without-file':
      return `${lines} of the labels file without a picture, "${first}" for one.`;
    case 'ambiguous-file':
      return `${lines} could mean several pictures ("${first}"); give the path from the folder on.`;
    case 'conflicting-label':
      return `${files} with different labels, ${first} for one.`;
    case 'unreadable-folder':
      return `${folder}: the folder could not be read (${first}).`;
    case 'unreadable-line':
      return `${lines} without a file or without a label (${first}).`;
  }
}
