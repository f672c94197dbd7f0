import { CONVERSION_VERSION } from './convert.ts';
import type { Precision } from './precision.ts';

/** A converted file's name: of what it was made, into what, and by which conversion. @param checksum of the source, hexadecimal */
export function keptName(checksum: string, precision: Precision): string {
  return `${checksum}.${precision}.v${CONVERSION_VERSION}.safetensors`;
}

/** A kept file, for people to weigh and clear. */
export interface KeptFile {
  readonly modelId: string;
  readonly name: string;
  readonly bytes: number;
}

/** A folder for a model, by an id that may hold slashes. */
export function folderName(modelId: string): string {
  return encodeURIComponent(modelId).replaceAll('.', '%2E').replaceAll('*', '%2A');
}

/** The id back, or null for a folder that is none of ours. */
export function modelIdOf(folder: string): string | null {
  try {
    return decodeURIComponent(folder);
  } catch {
    return null;
  }
}

/** What all kept files may take: CvT-W24 in both precisions, and several small models. They can be made again at any time. */
export const MOST_KEPT_BYTES = 2 * 2 ** 30;

export interface DatedFile extends KeptFile {
  /** When it was written, in milliseconds since 1970. */
  readonly writtenAt: number;
}

/**
 * What goes when a file was written: what was made for the same model and precision of other bytes or by another conversion, then the
 * oldest until the rest fits.
 * @param written is among `files` and stays
 */
export function outdatedFiles(
  files: readonly DatedFile[],
  written: Pick<KeptFile, 'modelId' | 'name'>,
  limit: number = MOST_KEPT_BYTES,
): readonly DatedFile[] {
  const others = files.filter(({ modelId, name }) => modelId !== written.modelId || name !== written.name);
  const replaced = (file: DatedFile) =>
    file.modelId === written.modelId && precisionOf(file.name) === precisionOf(written.name);
  const gone = new Set(others.filter(replaced));
  let total = files.reduce((sum, file) => sum + (gone.has(file) ? 0 : file.bytes), 0);
  for (const file of others.toSorted((a, b) => a.writtenAt - b.writtenAt)) {
    if (total <= limit) break;
    if (gone.has(file)) continue;
    gone.add(file);
    total -= file.bytes;
  }
  return [...gone];
}

function precisionOf(name: string): string | undefined {
  return name.split('.')[1];
}
