import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CancelledError, DownloadError, throwIfCancelled } from '../../models/errors.ts';
import { syncFolder } from '../settings/write-whole.ts';
import { sha256OfFile } from './checksum.ts';
import { isMissing, onDisk } from './disk-failure.ts';
import { checkSpace, type FreeSpace } from './free-space.ts';
import { WeightsFolder } from './weights-folder.ts';

export interface MoveOptions {
  readonly signal: AbortSignal;
  readonly freeSpace: FreeSpace;
  /** Bytes copied and bytes read back, of twice the bytes there are. */
  readonly progress: (done: number, total: number) => void;
  /** Makes the new folder the one that is used; from here on there is no way back. */
  readonly commit: () => Promise<void>;
}

/** What a move that was broken off may have left in its target. */
const INCOMING = '.moving';

/**
 * Moves all weights into another folder: copies, reads every copy back, switches over, and only then removes the originals.
 * Until the switch a failure or a cancel leaves the old folder as it was and the new one empty.
 * @throws DownloadError `folder-not-empty`, `no-space`, `unwritable`, `wrong-bytes`; CancelledError
 */
export async function moveWeights(from: WeightsFolder, to: WeightsFolder, options: MoveOptions): Promise<void> {
  await onDisk(to.root, async () => {
    await mkdir(to.root, { recursive: true });
    await checkTarget(from, to);
    const incoming = new WeightsFolder(join(to.root, INCOMING));
    try {
      await copyAll(from, incoming, options);
      for (const [source, target] of [
        [incoming.models, to.models],
        [incoming.downloads, to.downloads],
      ] as const)
        await rename(source, target);
      await syncFolder(to.root);
      throwIfCancelled(options.signal);
      await options.commit();
    } catch (error) {
      for (const folder of [incoming.root, to.models, to.downloads]) await rm(folder, { recursive: true, force: true });
      throw error;
    }
    await rm(incoming.root, { recursive: true, force: true });
  });
  await removeOld(from);
}

async function checkTarget(from: WeightsFolder, to: WeightsFolder): Promise<void> {
  await mkdir(from.root, { recursive: true });
  const [source, target] = await Promise.all([realpath(from.root), realpath(to.root)]);
  if (isInside(source, target) || isInside(target, source))
    throw new DownloadError(
      'folder-not-empty',
      `${to.root}: this is, holds or lies in the folder of the weights. Choose another one.`,
    );
  const present = (await readdir(to.root)).filter((name) => name !== INCOMING && !name.startsWith('.lock'));
  if (present.length > 0)
    throw new DownloadError(
      'folder-not-empty',
      `${to.root}: there is something else in it (${present.slice(0, 3).join(', ')}). Choose an empty folder.`,
    );
  await rm(join(to.root, INCOMING), { recursive: true, force: true });
}

async function copyAll(from: WeightsFolder, to: WeightsFolder, options: MoveOptions): Promise<void> {
  await mkdir(to.models, { recursive: true });
  await mkdir(to.downloads, { recursive: true });
  const files = await listFiles(from);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  await checkSpace('The weights', dirname(to.root), bytes, options.freeSpace);
  let before = 0;
  for (const { path, size } of files) {
    const source = join(from.root, path);
    const target = join(to.root, path);
    const report = (done: number) => options.progress(before + done, 2 * bytes);
    await mkdir(dirname(target), { recursive: true });
    const sha256 = await copy(source, target, options.signal, report);
    const found = await sha256OfFile(target, { signal: options.signal, progress: (done) => report(size + done) });
    if (found !== sha256)
      throw new DownloadError(
        'wrong-bytes',
        `${target}: the copy is not what was written. The disk may be failing; the weights stay where they were.`,
      );
    before += 2 * size;
  }
}

/** @returns the sha256 of what was read */
async function copy(
  source: string,
  target: string,
  signal: AbortSignal,
  report: (done: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  try {
    await pipeline(
      createReadStream(source, { highWaterMark: 1 << 20 }),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          done += chunk.length;
          report(done);
          yield chunk;
        }
      },
      createWriteStream(target, { flags: 'wx', mode: 0o600 }),
      { signal },
    );
  } catch (error) {
    throw signal.aborted ? new CancelledError() : error;
  }
  const file = await open(target, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Every file of the models and downloads, by its path in the folder. */
export async function listFiles(
  folder: WeightsFolder,
): Promise<readonly { readonly path: string; readonly size: number }[]> {
  const files: { path: string; size: number }[] = [];
  for (const part of [folder.models, folder.downloads]) {
    const entries = await readdir(part, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      // What is just being removed or renamed is not there to be counted.
      const status = await stat(path).catch(() => null);
      if (status) files.push({ path: relative(folder.root, path), size: status.size });
    }
  }
  return files;
}

async function removeOld(from: WeightsFolder): Promise<void> {
  // The move is done; what cannot be removed now is left over, but wrong nowhere.
  await Promise.allSettled([from.models, from.downloads].map((part) => rm(part, { recursive: true, force: true })));
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
