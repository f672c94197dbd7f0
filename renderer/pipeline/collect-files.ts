import type { NewImage } from '../stores/images.ts';
import { beginsAsCheckpoint, beginsAsRecipe, type FileKind, kindOfName } from './file-kinds.ts';

/** What a drop, a paste or a file dialog brought. */
export interface Collected {
  readonly images: readonly NewImage[];
  /** Checkpoints, and what may belong to them: specs, configs, labels. */
  readonly modelFiles: readonly File[];
  /** Whether there is a checkpoint among the model files. */
  readonly hasCheckpoint: boolean;
  readonly recipes: readonly File[];
  /** Files inside folders that are neither by name; they were left alone. */
  readonly skipped: number;
}

/**
 * The files of a drop or paste, folders searched through, in order of their paths. Must be called while the event is
 * being handled: the list of items is emptied afterwards.
 */
export async function collectDropped(transfer: DataTransfer): Promise<Collected> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const parts: Collected[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) parts.push(sortFolder(await filesIn(entry as FileSystemDirectoryEntry)));
    else if (file) parts.push(await sortFiles([file]));
  }
  return {
    images: parts.flatMap(({ images }) => images),
    modelFiles: parts.flatMap(({ modelFiles }) => modelFiles),
    hasCheckpoint: parts.some(({ hasCheckpoint }) => hasCheckpoint),
    recipes: parts.flatMap(({ recipes }) => recipes),
    skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

/** The files of an `<input>` for pictures; one that chose a folder answers everything in it. */
export function collectChosen(files: FileList, fromFolder: boolean): Pick<Collected, 'images' | 'skipped'> {
  const all = [...files].map((file) => ({ name: file.name, file }));
  if (!fromFolder) return { images: all, skipped: 0 };
  const images = all.filter(({ name }) => kindOfName(name) === 'picture');
  return { images, skipped: all.length - images.length };
}

/** A file that was dropped by itself is always taken, and judged by its content. */
async function sortFiles(files: readonly File[]): Promise<Collected> {
  const images: NewImage[] = [];
  const modelFiles: File[] = [];
  const recipes: File[] = [];
  let hasCheckpoint = false;
  for (const file of files) {
    const kind = await kindOf(file);
    if (kind === 'recipe') recipes.push(file);
    else if (kind === 'checkpoint' || kind === 'companion') modelFiles.push(file);
    else images.push({ name: file.name, file });
    hasCheckpoint ||= kind === 'checkpoint';
  }
  return { images, modelFiles, hasCheckpoint, recipes, skipped: 0 };
}

/** By its name, and where that says too little by how it begins. */
async function kindOf(file: File): Promise<FileKind> {
  const named = kindOfName(file.name);
  if (named === 'unknown' && (await beginsAsCheckpoint(file).catch(() => false))) return 'checkpoint';
  return named === 'companion' && (await beginsAsRecipe(file).catch(() => false)) ? 'recipe' : named;
}

/** A folder is one of pictures, whatever else lies in it; without any, it may be one of a model. */
function sortFolder(files: readonly File[]): Collected {
  const pictures = files.filter(({ name }) => kindOfName(name) === 'picture');
  const hasCheckpoint = pictures.length === 0 && files.some(({ name }) => kindOfName(name) === 'checkpoint');
  const modelFiles = hasCheckpoint
    ? files.filter(({ name }) => kindOfName(name) === 'checkpoint' || kindOfName(name) === 'companion')
    : [];
  return {
    images: pictures.map((file) => ({ name: file.name, file })),
    modelFiles,
    hasCheckpoint,
    // Which of a folder's recipes is meant, nobody knows.
    recipes: [],
    skipped: files.length - pictures.length - modelFiles.length,
  };
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<readonly File[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  // readEntries answers at most 100 at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    entries.push(...some);
  }
  entries.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const files: File[] = [];
  for (const entry of entries) {
    if (entry.isDirectory) files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
    else files.push(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
  }
  return files;
}
