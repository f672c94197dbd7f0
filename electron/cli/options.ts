import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { GridSize } from '../../models/cvt/grids.ts';
import { namedSide } from '../../models/cvt/named-resolution.ts';
import type { Activation, CvtSpec } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { reasonOf, SpecError } from '../../models/errors.ts';
import { LARGEST_INPUT_SIDE } from '../../models/image/preprocessing.ts';
import type { CpuPrecision } from '../inference/load-model.ts';
import { callerPath, usageError } from './command.ts';

/** Keeps a typing mistake from asking for absurd memory. */
const LARGEST_BATCH = 1024;
const MOST_LANES = 256;

/** @throws ShellError `usage` */
export function parseActivation(text: string | undefined): Activation | null {
  if (text === undefined) return null;
  if (text === 'quick_gelu' || text === 'gelu') return text;
  throw usageError(`--activation is quick_gelu or gelu, not "${text}".`);
}

/** @throws ShellError `usage` */
export function parsePrecision(text: string | undefined): CpuPrecision {
  if (text === undefined) return 'fp32';
  if (text === 'fp32' || text === 'int8') return text;
  if (text === 'fp16')
    throw usageError(
      '--precision fp16 needs a GPU, and this command runs on the CPU; int8 is what makes it faster here.',
    );
  throw usageError(`--precision is fp32 or int8, not "${text}".`);
}

/** `N` or `HxW`; by default what the checkpoint's name says. @throws ShellError `usage` */
export function parseSize(text: string | undefined, checkpoint: string): GridSize {
  if (text === undefined) {
    const side = namedSide(basename(checkpoint));
    return { rows: side, cols: side };
  }
  const match = /^(\d{1,5})(?:x(\d{1,5}))?$/i.exec(text);
  const rows = Number(match?.[1]);
  const cols = Number(match?.[2] ?? match?.[1]);
  if (!match || rows < 1 || cols < 1 || rows > LARGEST_INPUT_SIDE || cols > LARGEST_INPUT_SIDE)
    throw usageError(`--size is N or HxW in pixels, up to ${LARGEST_INPUT_SIDE}, not "${text}".`);
  return { rows, cols };
}

/** @throws ShellError `usage` */
export function parseBatch(text: string | undefined): number {
  const batch = Number(text ?? 1);
  if (!Number.isInteger(batch) || batch < 1 || batch > LARGEST_BATCH)
    throw usageError(`--batch is a whole number from 1 to ${LARGEST_BATCH}, not "${text}".`);
  return batch;
}

/** Null: as many as are good. @throws ShellError `usage` */
export function parseLanes(text: string | undefined): number | null {
  if (text === undefined) return null;
  const lanes = Number(text);
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > MOST_LANES)
    throw usageError(`--lanes is a whole number from 1 to ${MOST_LANES}, not "${text}".`);
  return lanes;
}

/** @throws SpecError */
export async function readSpec(path: string | undefined): Promise<CvtSpec | null> {
  if (path === undefined) return null;
  let text: string;
  try {
    text = await readFile(callerPath(path), 'utf8');
  } catch (error) {
    throw new SpecError('spec-unreadable', `${path}: could not be read (${reasonOf(error)}).`, {
      cause: error,
    });
  }
  return parseSpecText(text, basename(path));
}
