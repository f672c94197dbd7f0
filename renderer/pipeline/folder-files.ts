/** A file in a folder; null where the system would not give it. */
export interface FoundFile {
  readonly file: File | null;
  /** From the dropped folder on, its name included. */
  readonly path: string;
}

/** Files that are asked for at a time. */
const BATCH = 128;

/**
 * Everything in a folder and in those below it, in order of the paths, a batch at a time as it is found. Ends early once `signal`
 * fires; a folder that cannot be read counts as one file that cannot.
 */
export async function* filesUnder(
  folder: FileSystemDirectoryEntry,
  signal?: AbortSignal,
): AsyncGenerator<readonly FoundFile[]> {
  let files: FileSystemFileEntry[] = [];
  const entries = await entriesOf(folder).catch(() => null);
  if (!entries) yield [{ file: null, path: pathOf(folder) }];
  for (const entry of entries ?? []) {
    if (signal?.aborted) return;
    if (entry.isFile) files.push(entry as FileSystemFileEntry);
    if (files.length === BATCH || (entry.isDirectory && files.length > 0)) {
      yield await open(files);
      files = [];
    }
    if (entry.isDirectory) yield* filesUnder(entry as FileSystemDirectoryEntry, signal);
  }
  if (files.length > 0 && !signal?.aborted) yield await open(files);
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  // readEntries answers at most 100 at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    entries.push(...some);
  }
  return entries.sort((a, b) => byName.compare(a.name, b.name));
}

const byName = new Intl.Collator(undefined, { numeric: true });

function open(entries: readonly FileSystemFileEntry[]): Promise<readonly FoundFile[]> {
  return Promise.all(
    entries.map(async (entry) => {
      const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
      return { file, path: pathOf(entry) };
    }),
  );
}

function pathOf({ fullPath }: FileSystemEntry): string {
  return fullPath.replace(/^\//, '');
}
