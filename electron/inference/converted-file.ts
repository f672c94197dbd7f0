import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { gather } from '../../models/bytes/gather.ts';
import type { CvtCheckpoint } from '../../models/cvt/open-cvt.ts';
import { LensError } from '../../models/errors.ts';
import { convertedFile, openConverted } from '../../models/precision/convert.ts';
import { folderName, keptName } from '../../models/precision/kept-files.ts';
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
  const place = join(folder, folderName(modelId));
  const path = join(place, name);
  const openFrom = async (bytes: Uint8Array | null): Promise<ConvertedModel | null> => {
    const content = bytes && (await openSealed(new MemorySource(name, bytes), signal));
    return content && { checkpoint: await openConverted(content, original, precision, signal), bytes };
  };
  const kept = await readFile(path).catch(() => null);
  const known = await openFrom(kept).catch((error: unknown) => notOfThisFile(error));
  if (known) return known;

  const file = convertedFile(original, precision, signal);
  const bytes = await gather(sealed(counted(file.write(), (done) => onProgress?.(done, file.byteLength))));
  await keep(place, name, precision, bytes).catch(() => {});
  const made = await openFrom(bytes);
  if (made) return made;
  throw new Error(`${name} is not what was written.`);
}

/** A kept file that contradicts itself is made anew; withdrawals are not about files. */
function notOfThisFile(error: unknown): null {
  if (error instanceof LensError && error.code === 'cancelled') throw error;
  return null;
}

async function* counted(pieces: AsyncIterable<Uint8Array>, tell: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    yield piece;
    bytes += piece.byteLength;
    tell(bytes);
  }
}

/** Under a temporary name, flushed to the disk and renamed; what it takes the place of goes. */
async function keep(place: string, name: string, precision: ConvertedPrecision, bytes: Uint8Array): Promise<void> {
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
  for (const other of await readdir(place))
    if (other !== name && other.includes(`.${precision}.`) && other.endsWith('.safetensors'))
      await rm(join(place, other), { force: true });
}

/** Forgets what was converted of a model. */
export async function clearConverted(modelId: string, folder: string): Promise<void> {
  await rm(join(folder, folderName(modelId)), { recursive: true, force: true });
}
