import type { NewImage } from '../stores/images.ts';

/** What a drop, a paste or a file dialog brought. */
export interface Collected {
  readonly images: readonly NewImage[];
  /** Files inside folders that do not look like pictures by name; they were left alone. */
  readonly skipped: number;
}

/** Names that are taken out of a folder. A file that was chosen by itself is always taken, and judged by its content. */
const PICTURE_NAME = /\.(jpe?g|jpe|jfif|png|gif|webp|bmp|avif|heic|heif|tiff?|jxl)$/i;

/**
 * The files of a drop or paste, folders searched through, in order of their paths. Must be called while the event is
 * being handled: the list of items is emptied afterwards.
 */
export async function collectDropped(transfer: DataTransfer): Promise<Collected> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const images: NewImage[] = [];
  let skipped = 0;
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) {
      const inside = await filesIn(entry as FileSystemDirectoryEntry);
      const pictures = inside.filter(({ name }) => PICTURE_NAME.test(name));
      skipped += inside.length - pictures.length;
      images.push(...pictures);
    } else if (file) images.push({ name: file.name, file });
  }
  return { images, skipped };
}

/** The files of an `<input>`; one that chose a folder answers everything in it. */
export function collectChosen(files: FileList, fromFolder: boolean): Collected {
  const all = [...files].map((file) => ({ name: file.name, file }));
  if (!fromFolder) return { images: all, skipped: 0 };
  const images = all.filter(({ name }) => PICTURE_NAME.test(name));
  return { images, skipped: all.length - images.length };
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<readonly NewImage[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  // readEntries answers at most 100 at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    entries.push(...some);
  }
  entries.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const files: NewImage[] = [];
  for (const entry of entries) {
    if (entry.isDirectory) files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
    else {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      files.push({ name: file.name, file });
    }
  }
  return files;
}
