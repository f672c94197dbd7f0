import type { NewImage } from '../stores/images.ts';
import { beginsAsCheckpoint, beginsAsRecipe, type FileKind, kindOfName } from './file-kinds.ts';
import { type FoundFile, filesUnder } from './folder-files.ts';

/** What a drop, a paste or a file dialog brought. */
export interface Collected {
  readonly images: readonly NewImage[];
  /** Checkpoints, and what may belong to them: specs, configs, labels. */
  readonly modelFiles: readonly File[];
  /** Whether there is a checkpoint among the model files. */
  readonly hasCheckpoint: boolean;
  readonly recipes: readonly File[];
  /** Files inside folders that are neither by name, or that the system would not give; they were left alone. */
  readonly skipped: number;
}

export interface CollectOptions {
  /** Ends the search through folders: what was found until then is the answer. */
  readonly signal?: AbortSignal;
  /** Hears how many files were found in folders so far. */
  readonly onFound?: (files: number) => void;
  /** Takes pictures of folders as they are found, so that thousands need not be waited for; they are not in the answer then. */
  readonly onPictures?: (pictures: readonly NewImage[]) => void;
}

/**
 * The files of a drop or paste, folders searched through, in order of their paths. Must be called while the event is
 * being handled: the list of items is emptied afterwards.
 */
export async function collectDropped(transfer: DataTransfer, options: CollectOptions = {}): Promise<Collected> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const parts: Collected[] = [];
  let found = 0;
  const onFound = (files: number) => {
    found += files;
    options.onFound?.(found);
  };
  for (const { entry, file } of entries) {
    if (options.signal?.aborted) break;
    if (entry?.isDirectory)
      parts.push(await sortFolder(filesUnder(entry as FileSystemDirectoryEntry, options.signal), options, onFound));
    else if (file) parts.push(await sortFile(file));
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
  const all = [...files].map((file) => ({ name: file.name, file, path: file.webkitRelativePath || file.name }));
  if (!fromFolder) return { images: all, skipped: 0 };
  const images = all.filter(({ name }) => kindOfName(name) === 'picture');
  return { images, skipped: all.length - images.length };
}

/** A file that was dropped by itself is always taken, and judged by its content. */
async function sortFile(file: File): Promise<Collected> {
  const kind = await kindOf(file);
  const isModel = kind === 'checkpoint' || kind === 'companion';
  return {
    images: isModel || kind === 'recipe' ? [] : [{ name: file.name, file }],
    modelFiles: isModel ? [file] : [],
    hasCheckpoint: kind === 'checkpoint',
    recipes: kind === 'recipe' ? [file] : [],
    skipped: 0,
  };
}

/** By its name, and where that says too little by how it begins. */
async function kindOf(file: File): Promise<FileKind> {
  const named = kindOfName(file.name);
  if (named === 'unknown' && (await beginsAsCheckpoint(file).catch(() => false))) return 'checkpoint';
  return named === 'companion' && (await beginsAsRecipe(file).catch(() => false)) ? 'recipe' : named;
}

/** A folder is one of pictures, whatever else lies in it; without any, it may be one of a model. */
async function sortFolder(
  batches: AsyncIterable<readonly FoundFile[]>,
  { onPictures }: CollectOptions,
  onFound: (files: number) => void,
): Promise<Collected> {
  const pictures: NewImage[] = [];
  const others: File[] = [];
  let pictureCount = 0;
  let unreadable = 0;
  for await (const batch of batches) {
    onFound(batch.length);
    const some: NewImage[] = [];
    for (const { file, path } of batch) {
      if (!file) unreadable += 1;
      else if (kindOfName(file.name) === 'picture') some.push({ name: file.name, file, path });
      else others.push(file);
    }
    pictureCount += some.length;
    if (onPictures && some.length > 0) onPictures(some);
    else pictures.push(...some);
  }
  const hasCheckpoint = pictureCount === 0 && others.some(({ name }) => kindOfName(name) === 'checkpoint');
  const modelFiles = hasCheckpoint
    ? others.filter(({ name }) => kindOfName(name) === 'checkpoint' || kindOfName(name) === 'companion')
    : [];
  return {
    images: pictures,
    modelFiles,
    hasCheckpoint,
    // Which of a folder's recipes is meant, nobody knows.
    recipes: [],
    skipped: others.length - modelFiles.length + unreadable,
  };
}
