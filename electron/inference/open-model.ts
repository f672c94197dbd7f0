import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { type CvtCheckpoint, openCvt } from '../../models/cvt/open-cvt.ts';
import { CheckpointError } from '../../models/errors.ts';
import { findAppRoot } from '../app-root.ts';
import { IMAGENET_CLASSES, readImagenetLabels } from '../imagenet-labels.ts';
import type { ModelParts } from './load-model.ts';

export interface OpenModel {
  readonly checkpoint: CvtCheckpoint;
  /** The whole file, which the runtime copies all weights from. */
  readonly bytes: Uint8Array;
  readonly labels: readonly string[];
}

/**
 * A checkpoint file in memory, its tensors known.
 * @throws CheckpointError, SpecError, CancelledError
 */
export async function openModel(path: string, parts: ModelParts): Promise<OpenModel> {
  const { spec, activation, signal } = parts;
  const bytes = await readCheckpoint(path);
  const checkpoint = await openCvt(new MemorySource(basename(path), bytes), { spec, activation, signal });
  const imagenet = parts.labels === null && checkpoint.numClasses === IMAGENET_CLASSES;
  const labels = imagenet ? await readImagenetLabels(findAppRoot()) : (parts.labels ?? []);
  return { checkpoint, bytes, labels };
}

async function readCheckpoint(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CheckpointError('unreadable', `${path}: could not be read (${(error as Error).message}).`, {
      cause: error,
    });
  }
}
