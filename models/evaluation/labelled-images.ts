import type { ClassList, LabelMeaning } from './class-list.ts';
import { type LabelLine, parseLabelLines } from './label-lines.ts';
import { type LabelProblem, LabelProblems } from './label-problems.ts';

/** A picture whose true class is known. */
export interface LabelledImage {
  /** Relative to the evaluated folder, with forward slashes. */
  readonly path: string;
  /** Class index. */
  readonly truth: number;
}

/** The pictures of a folder with their true classes, in the order of the paths given. */
export interface Labelling {
  readonly images: readonly LabelledImage[];
  readonly problems: readonly LabelProblem[];
  /** How many different labels there are, and how many of them name a class. */
  readonly labels: { readonly total: number; readonly matched: number };
}

/**
 * True classes from sub-folders: the folder nearest to a picture that names a class, WordNet ids before names before indexes.
 * So `train/n01440764/a.jpg` and `dog/monday/a.jpg` work, in a model that has a class "train" too.
 * @param paths of pictures, relative, with forward slashes
 */
export function labelsFromFolders(paths: readonly string[], classes: ClassList): Labelling {
  const problems = new LabelProblems();
  const folders = new Map<string, FolderMeaning>();
  const images: LabelledImage[] = [];
  for (const path of paths) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    let found = folders.get(folder);
    if (found === undefined) {
      found = meaningOfFolder(folder, classes);
      folders.set(folder, found);
    }
    const { meaning, label } = found;
    if (meaning.kind === 'class') images.push({ path, truth: meaning.index });
    else if (folder === '') problems.add({ kind: 'file-without-label', folder, label: null }, path);
    else problems.add({ kind: problemKind(meaning), folder, label }, path);
  }
  const named = [...folders].filter(([folder]) => folder !== '').map(([, found]) => found);
  const total = new Set(named.map(({ label }) => label));
  const matched = new Set(named.filter(({ meaning }) => meaning.kind === 'class').map(({ label }) => label));
  return { images, problems: problems.list(), labels: { total: total.size, matched: matched.size } };
}

/**
 * True classes from a labels file: ImageNet's `val_map.txt` (a name and a WordNet id, class name or index a line), or CSV with
 * or without a header. Pictures are named by path, by the end of a path, by file name, or by file name without its extension.
 * @param paths of pictures, relative, with forward slashes
 * @param file its name, which tells CSV and TSV from text
 */
export function labelsFromFile(paths: readonly string[], text: string, file: string, classes: ClassList): Labelling {
  const problems = new LabelProblems();
  const pictures = new PathFinder(paths);
  const { lines, unreadable } = parseLabelLines(text, file, {
    isFile: (name) => pictures.find(name) !== null,
    meaning: (label) => classes.find(label),
  });
  for (const line of unreadable) problems.add({ kind: 'unreadable-line', folder: null, label: null }, `${line}`);
  const truths = new Map<string, number | 'conflict'>();
  const mentioned = new Set<string>();
  for (const line of lines) {
    const path = pictures.find(line.name);
    if (path === null || path === MANY) {
      const kind = path === null ? 'label-without-file' : 'ambiguous-file';
      problems.add({ kind, folder: null, label: null }, example(line));
      continue;
    }
    mentioned.add(path);
    const meaning = classes.find(line.label);
    if (meaning.kind !== 'class') {
      problems.add({ kind: problemKind(meaning), folder: null, label: line.label }, example(line));
      continue;
    }
    const known = truths.get(path);
    truths.set(path, known === undefined || known === meaning.index ? meaning.index : 'conflict');
  }
  const images: LabelledImage[] = [];
  for (const path of paths) {
    const truth = truths.get(path);
    if (typeof truth === 'number') images.push({ path, truth });
    else if (truth === 'conflict') problems.add({ kind: 'conflicting-label', folder: null, label: null }, path);
    else if (!mentioned.has(path)) problems.add({ kind: 'file-without-label', folder: null, label: null }, path);
  }
  const total = new Set(lines.map(({ label }) => label));
  const matched = [...total].filter((label) => classes.find(label).kind === 'class').length;
  return { images, problems: problems.list(), labels: { total: total.size, matched } };
}

interface FolderMeaning {
  readonly label: string;
  readonly meaning: LabelMeaning;
}

const STRENGTH = ['wnid', 'name', 'index'] as const;

function meaningOfFolder(folder: string, classes: ClassList): FolderMeaning {
  const found = folder
    .split('/')
    .reverse()
    .map((label) => ({ label, meaning: classes.find(label) }));
  for (const by of STRENGTH) {
    const named = found.find(({ meaning }) => meaning.kind === 'class' && meaning.by === by);
    if (named !== undefined) return named;
  }
  return found.find(({ meaning }) => meaning.kind !== 'unknown') ?? found[0]!;
}

function problemKind(meaning: LabelMeaning): LabelProblem['kind'] {
  if (meaning.kind === 'ambiguous') return 'ambiguous-label';
  return meaning.kind === 'out-of-range' ? 'index-out-of-range' : 'unknown-label';
}

function example({ line, name }: LabelLine): string {
  return `${line}: ${name}`;
}

/** A name that several pictures share. */
const MANY = Symbol('many');

/** Finds pictures by what labels files call them. */
class PathFinder {
  readonly #paths: ReadonlySet<string>;
  /** By file name, and by file name without its extension; null where several share it. */
  readonly #names = new Map<string, string | null>();
  readonly #stems = new Map<string, string | null>();

  constructor(paths: readonly string[]) {
    this.#paths = new Set(paths);
    for (const path of paths) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      this.#names.set(name, this.#names.has(name) ? null : path);
      const stem = name.replace(/\.[^.]+$/, '');
      this.#stems.set(stem, this.#stems.has(stem) ? null : path);
    }
  }

  /** @returns null where there is none; MANY where it is not clear which */
  find(name: string): string | typeof MANY | null {
    let path = name.replaceAll('\\', '/').replace(/^(\.?\/)+/, '');
    for (;;) {
      if (this.#paths.has(path)) return path;
      const slash = path.indexOf('/');
      if (slash < 0) break;
      path = path.slice(slash + 1);
    }
    for (const names of [this.#names, this.#stems]) {
      const found = names.get(path);
      if (found !== undefined) return found ?? MANY;
    }
    return null;
  }
}
