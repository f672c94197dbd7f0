import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { counted } from '../../models/bytes/counted.ts';
import { gather } from '../../models/bytes/gather.ts';
import type { CvtCheckpoint } from '../../models/cvt/open-cvt.ts';
import { CheckpointError, LensError } from '../../models/errors.ts';
import { convertedFile, openConverted } from '../../models/precision/convert.ts';
import { type DatedFile, folderName, keptName, modelIdOf, outdatedFiles } from '../../models/precision/kept-files.ts';
import type { ConvertedPrecision } from '../../models/precision/precision.ts';
import { openSealed, sealed } from '../../models/precision/seal.ts';
import { digestOf, hex } from '../../models/precision/tree-digest.ts';
import { dataFolder } from '../settings/data-folder.ts';
import { syncFolder } from '../settings/write-whole.ts';

/** Where converted weights are kept, a folder a model. */
export function convertedFolder(): string {
  return join(dataFolder(), 'converted-weights');
}

export interface ConvertedModel {
  /** Its entries' offsets count in `bytes`. */
  readonly checkpoint: CvtCheckpoint;
  readonly bytes: Uint8Array;
}

/** @param folder where files are kept; one that cannot be written to costs the conversion at the next start, no more */
export async function convertedModel(
  modelId: string,
  original: CvtCheckpoint,
  precision: ConvertedPrecision,
  folder: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<ConvertedModel> {
  const { signal, onProgress } = options;
  const name = keptName(hex(await digestOf(original.source, { signal })), precision);
  const path = join(folder, folderName(modelId), name);
  const openFrom = async (bytes: Uint8Array | null): Promise<ConvertedModel | null> => {
    const content = bytes && (await openSealed(new MemorySource(name, bytes), signal));
    return content && { checkpoint: await openConverted(content, original, precision, signal), bytes };
  };
  const kept = await readFile(path).catch(() => null);
  const known = await openFrom(kept).catch((error: unknown) => notOfThisFile(error));
  if (known) return known;

  const file = convertedFile(original, precision, signal);
  const bytes = await gather(sealed(counted(file.write(), (done) => onProgress?.(done, file.byteLength))));
  await keep(folder, modelId, name, bytes).catch(() => {});
  const made = await openFrom(bytes);
  if (made) return made;
  throw new CheckpointError('unreadable', `${name} is not what was written. Use this model in 32 bits.`);
}

/** A kept file that contradicts itself is made anew; withdrawals are not about files. */
function notOfThisFile(error: unknown): null {
  if (error instanceof LensError && error.code === 'cancelled') throw error;
  return null;
}

/** Under a temporary name, flushed to the disk and renamed; what it takes the place of goes. */
async function keep(folder: string, modelId: string, name: string, bytes: Uint8Array): Promise<void> {
  const place = join(folder, folderName(modelId));
  await mkdir(place, { recursive: true, mode: 0o700 });
  const temporary = join(place, `${name}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(place, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(place);
  for (const file of outdatedFiles(await keptFiles(folder), { modelId, name }))
    await rm(join(folder, folderName(file.modelId), file.name), { force: true });
}

/** All that is kept; what is being written is not among it. */
async function keptFiles(folder: string): Promise<readonly DatedFile[]> {
  const files: DatedFile[] = [];
  for (const place of await readdir(folder)) {
    const modelId = modelIdOf(place);
    if (modelId === null) continue;
    for (const name of await readdir(join(folder, place)).catch(() => [])) {
      const status = name.endsWith('.safetensors') ? await stat(join(folder, place, name)).catch(() => null) : null;
      if (status) files.push({ modelId, name, bytes: status.size, writtenAt: status.mtimeMs });
    }
  }
  return files;
}

/** Forgets what was converted of a model. */
export async function clearConverted(modelId: string, folder: string): Promise<void> {
  await rm(join(folder, folderName(modelId)), { recursive: true, force: true });
}
