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
