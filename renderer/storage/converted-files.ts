import {
  type DatedFile,
  folderName,
  type KeptFile,
  modelIdOf,
  outdatedFiles,
} from '../../models/precision/kept-files.ts';

/**
 * Converted weights in the browser's private file system (OPFS), a folder a model. The engine's Worker writes and reads them; the page,
 * of the same origin, lists and clears them. They can be made again at any time, so nothing here is ever asked to keep them.
 */
const ROOT = 'converted-weights';

export interface ConvertedFiles {
  /** Null where it is not kept. What it holds is the caller's to check. */
  open(modelId: string, name: string): Promise<Blob | null>;
  /** Whole or not at all. @throws what `pieces` throws; DOMException where the browser has no room or keeps nothing */
  write(modelId: string, name: string, pieces: AsyncIterable<Uint8Array>): Promise<Blob>;
  list(): Promise<readonly KeptFile[]>;
  /** Of one model, or with null of all. */
  clear(modelId: string | null): Promise<void>;
}

/** @param storage of the page or the Worker */
export function convertedFiles(storage: Pick<StorageManager, 'getDirectory'>): ConvertedFiles {
  /** Null where there is none and none is to be made. */
  const root = (create: boolean) => folderIn(storage.getDirectory(), ROOT, create);

  const dated = async (): Promise<readonly DatedFile[]> => {
    const files: DatedFile[] = [];
    for (const folder of await entriesOf(await root(false))) {
      const modelId = modelIdOf(folder.name);
      if (modelId === null || !isFolder(folder)) continue;
      for (const handle of await entriesOf(folder)) {
        if (!isFile(handle)) continue;
        const { size: bytes, lastModified: writtenAt } = await handle.getFile();
        files.push({ modelId, name: handle.name, bytes, writtenAt });
      }
    }
    return files;
  };

  const dropOutdated = async (modelId: string, name: string): Promise<void> => {
    for (const file of outdatedFiles(await dated(), { modelId, name })) {
      const folder = await folderIn(root(false), folderName(file.modelId), false);
      await folder?.removeEntry(file.name);
    }
  };

  return {
    async open(modelId, name) {
      const folder = await folderIn(root(false), folderName(modelId), false);
      const handle = await orNull(folder?.getFileHandle(name));
      return handle ? handle.getFile() : null;
    },
    async write(modelId, name, pieces) {
      const folder = (await folderIn(root(true), folderName(modelId), true))!;
      const handle = await folder.getFileHandle(name, { create: true });
      // Bytes go to a file of the browser's own, which takes this one's place when it is closed.
      const stream = await handle.createWritable();
      try {
        for await (const piece of pieces) await stream.write(new Uint8Array(piece));
        await stream.close();
      } catch (error) {
        await stream.abort().catch(() => {});
        await folder.removeEntry(name).catch(() => {});
        throw error;
      }
      // One that another window reads just now stays for this time.
      await dropOutdated(modelId, name).catch(() => {});
      return handle.getFile();
    },
    list: dated,
    async clear(modelId) {
      if (modelId === null)
        return void (await orNull((await storage.getDirectory()).removeEntry(ROOT, { recursive: true })));
      const folder = await root(false);
      await orNull(folder?.removeEntry(folderName(modelId), { recursive: true }));
    },
  };
}

type Folder = FileSystemDirectoryHandle;

async function folderIn(parent: Promise<Folder | null>, name: string, create: boolean): Promise<Folder | null> {
  return orNull((await parent)?.getDirectoryHandle(name, { create }));
}

async function entriesOf(folder: Folder | null): Promise<readonly FileSystemHandle[]> {
  const entries: FileSystemHandle[] = [];
  if (folder) for await (const entry of folder.values()) entries.push(entry);
  return entries;
}

function isFolder(handle: FileSystemHandle): handle is FileSystemDirectoryHandle {
  return handle.kind === 'directory';
}

function isFile(handle: FileSystemHandle): handle is FileSystemFileHandle {
  return handle.kind === 'file';
}

/** What is not there is nothing. */
async function orNull<T>(asked: Promise<T> | undefined): Promise<T | null> {
  try {
    return (await asked) ?? null;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}
