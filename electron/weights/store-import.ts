import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { canonicalCopy } from '../../models/cvt/canonical-copy.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import type { CvtSpec } from '../../models/cvt/spec.ts';
import { throwIfCancelled } from '../../models/errors.ts';
import { onDisk } from './disk-failure.ts';
import { checkSpace, type FreeSpace } from './free-space.ts';
import { type ImportFile, openNamed } from './import-files.ts';
import { changed, type InspectedImport } from './inspect-import.ts';
import type { Manifest } from './manifest.ts';

export interface StoreOptions {
  /** Where the model is being prepared; on the disk of the weights. */
  readonly folder: string;
  readonly freeSpace: FreeSpace;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

export type StoredWeights = Pick<Manifest, 'weights' | 'size' | 'sha256'>;

/** Bytes between two looks at the signal. */
const STEP = 1 << 20;
const SAFE_EXTENSION = /^\.[A-Za-z0-9]{1,12}$/;

/** Copies the file as it is. What arrives must be what was inspected. @throws ImportError `import-changed`, DownloadError, CancelledError */
export async function storeCopy(inspected: InspectedImport, options: StoreOptions): Promise<StoredWeights> {
  const { checkpoint, proposal } = inspected;
  const { size, sha256 } = proposal;
  const chunks = createReadStream(checkpoint.path, { highWaterMark: STEP });
  const name = `weights${extensionOf(checkpoint)}`;
  const written = await write(chunks, name, size, options);
  if (written.sha256 !== sha256) throw changed(checkpoint);
  return { weights: { place: 'library', file: name }, ...written };
}

/**
 * Takes over a file that nobody else needs (one that was sent to the server), without copying it.
 * @throws DownloadError
 */
export async function storeByMoving({ checkpoint, proposal }: InspectedImport, folder: string): Promise<StoredWeights> {
  const name = `weights${extensionOf(checkpoint)}`;
  await onDisk(folder, () => rename(checkpoint.path, join(folder, name)));
  return { weights: { place: 'library', file: name }, size: proposal.size, sha256: proposal.sha256 };
}

/**
 * Writes the weights as safetensors that can be used where they lie, named by the checksum of the file that they came from.
 * @throws CheckpointError, DownloadError, CancelledError
 */
export async function storeDecoded(
  { checkpoint: file, proposal }: InspectedImport,
  spec: CvtSpec,
  options: StoreOptions,
): Promise<StoredWeights> {
  const { signal } = options;
  const source = await openNamed(file);
  try {
    const checkpoint = await openCvt(source, { spec, activation: null, ...(signal && { signal }) });
    const copy = canonicalCopy(checkpoint, signal);
    const name = `${proposal.sha256}.safetensors`;
    const written = await write(copy.write(), name, copy.byteLength, options);
    return { weights: { place: 'library', file: name }, ...written };
  } finally {
    await source.close();
  }
}

/** A temporary name, down to the disk, then its own. */
async function write(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  total: number,
  { folder, freeSpace, signal, progress }: StoreOptions,
): Promise<{ readonly size: number; readonly sha256: string }> {
  await checkSpace(name, folder, total, freeSpace);
  const path = join(folder, name);
  const part = `${path}.part`;
  const hash = createHash('sha256');
  let size = 0;
  await onDisk(folder, async () => {
    const file: FileHandle = await open(part, 'wx', 0o600);
    try {
      for await (const chunk of chunks) {
        for (let start = 0; start < chunk.length; start += STEP) {
          throwIfCancelled(signal);
          const piece = chunk.subarray(start, start + STEP);
          hash.update(piece);
          await writeAll(file, piece);
          size += piece.length;
          progress?.(size, total);
        }
      }
      throwIfCancelled(signal);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  });
  return { size, sha256: hash.digest('hex') };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

/** For people who look into the folder; readers go by content. */
function extensionOf({ name }: ImportFile): string {
  const extension = extname(name);
  return SAFE_EXTENSION.test(extension) ? extension : '.checkpoint';
}
