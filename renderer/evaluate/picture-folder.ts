import { reasonOf } from '../../models/errors.ts';
import { isFlat, LABELS_FILES } from '../../models/evaluation/labels-file.ts';
import { byCodeUnits } from '../../models/evaluation/top-list.ts';
import { kindOfName } from '../pipeline/file-kinds.ts';

/** Files of one folder that are opened at once. */
const AT_ONCE = 100;
/** Told at most this often, in files. */
const TOLD_EVERY = 500;

/** A folder of pictures as a page has it: no path of its own, but a file for every picture. */
export interface PictureFolder {
  readonly name: string;
  /** By path, relative to the folder, with forward slashes. */
  readonly files: ReadonlyMap<string, File>;
  /** Paths of the pictures, in order of their code units. */
  readonly pictures: readonly string[];
  /** A labels file that a flat folder holds under a usual name. */
  readonly labels: File | null;
  /** Files that are no pictures by their names. */
  readonly others: number;
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[];
}

/** What was dropped for an evaluation. */
export interface DroppedSet {
  /** Null where no pictures were among it. */
  readonly folder: PictureFolder | null;
  readonly labels: File | null;
  readonly classNames: File | null;
}

/** Entries of a drop, taken while the event is being handled. */
export interface DroppedEntries {
  readonly folders: readonly FileSystemDirectoryEntry[];
  readonly files: readonly File[];
}

/**
 * What of a drop belongs to an evaluation: everything, unless there is a checkpoint or a recipe among it.
 * @returns null where it is for others
 */
export function droppedEntries(transfer: DataTransfer): DroppedEntries | null {
  const folders: FileSystemDirectoryEntry[] = [];
  const files: File[] = [];
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    const file = entry?.isDirectory ? null : item.getAsFile();
    if (entry?.isDirectory) folders.push(entry as FileSystemDirectoryEntry);
    else if (file) files.push(file);
  }
  const isOthers = files.some(({ name }) => ['checkpoint', 'recipe'].includes(kindOfName(name)));
  return isOthers || folders.length + files.length === 0 ? null : { folders, files };
}

/** @param onFiles how many files were found so far */
export async function readDropped(
  { folders, files }: DroppedEntries,
  onFiles: (count: number) => void,
): Promise<DroppedSet> {
  const collected = new FolderFiles(onFiles);
  const loose = files.filter(({ name }) => kindOfName(name) === 'picture');
  // One folder is the set itself; of several, each is a class.
  const isSet = folders.length === 1 && loose.length === 0;
  for (const folder of folders) await collected.search(folder, isSet ? '' : folder.name);
  for (const file of loose) collected.add(file.name, file);
  const beside = files.filter(({ name }) => kindOfName(name) !== 'picture');
  const classNames = beside.find(isClassNames) ?? null;
  const labels = beside.find((file) => file !== classNames) ?? null;
  const name = isSet ? folders[0]!.name : (folders[0]?.name ?? 'Dropped pictures');
  const isEmpty = folders.length === 0 && loose.length === 0;
  return {
    folder: isEmpty ? null : collected.folder(folders.length > 1 ? `${name} and ${folders.length - 1} more` : name),
    labels,
    classNames,
  };
}

/** The folder that a file dialog gave. */
export function chosenFolder(list: Iterable<File>): PictureFolder | null {
  const collected = new FolderFiles(() => {});
  let name: string | null = null;
  for (const file of list) {
    const [top = '', ...rest] = file.webkitRelativePath.split('/');
    name ??= top;
    collected.add(rest.join('/'), file);
  }
  return name === null ? null : collected.folder(name);
}

/** JSON, or a list whose name says so; any other text file is taken for labels. */
function isClassNames({ name }: File): boolean {
  return /\.json$/i.test(name) || /class(es)?[^/]*\.txt$/i.test(name);
}

class FolderFiles {
  readonly #files = new Map<string, File>();
  readonly #unreadable: { readonly folder: string; readonly reason: string }[] = [];
  readonly #onFiles: (count: number) => void;

  constructor(onFiles: (count: number) => void) {
    this.#onFiles = onFiles;
  }

  /** Hidden files are skipped, and what lies in hidden folders. */
  add(path: string, file: File): void {
    if (path.split('/').some((part) => part.startsWith('.'))) return;
    this.#files.set(path, file);
    if (this.#files.size % TOLD_EVERY === 0) this.#onFiles(this.#files.size);
  }

  async search(folder: FileSystemDirectoryEntry, path: string): Promise<void> {
    const inside = (name: string) => (path === '' ? name : `${path}/${name}`);
    try {
      const reader = folder.createReader();
      // readEntries answers at most 100 at a time, and an empty list at the end.
      for (;;) {
        const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0) break;
        for (let at = 0; at < some.length; at += AT_ONCE) await this.#take(some.slice(at, at + AT_ONCE), inside);
      }
    } catch (error) {
      this.#unreadable.push({ folder: path, reason: reasonOf(error) });
    }
  }

  folder(name: string): PictureFolder {
    const paths = [...this.#files.keys()];
    const pictures = paths.filter((path) => kindOfName(path) === 'picture').sort(byCodeUnits);
    const usual = isFlat(pictures) ? LABELS_FILES.find((file) => this.#files.has(file)) : undefined;
    return {
      name,
      files: this.#files,
      pictures,
      labels: usual === undefined ? null : (this.#files.get(usual) ?? null),
      others: paths.length - pictures.length - (usual === undefined ? 0 : 1),
      unreadable: this.#unreadable.toSorted((a, b) => byCodeUnits(a.folder, b.folder)),
    };
  }

  async #take(entries: readonly FileSystemEntry[], inside: (name: string) => string): Promise<void> {
    const visible = entries.filter(({ name }) => !name.startsWith('.'));
    const files = visible.filter((entry) => entry.isFile) as FileSystemFileEntry[];
    const opened = await Promise.all(
      files.map((entry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))),
    );
    for (const [place, file] of opened.entries()) this.add(inside(files[place]!.name), file);
    for (const entry of visible)
      if (entry.isDirectory) await this.search(entry as FileSystemDirectoryEntry, inside(entry.name));
  }
}
