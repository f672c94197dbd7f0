import { GatheredSource } from '../../models/bytes/gathered-source.ts';
import { type CvtCheckpoint, openCvt } from '../../models/cvt/open-cvt.ts';
import { findAppRoot } from '../app-root.ts';
import { IMAGENET_CLASSES, readImagenetLabels } from '../imagenet-labels.ts';
import { DiskBytes, DiskCheckpoint } from './disk-checkpoint.ts';
import type { ModelParts } from './load-model.ts';

export interface OpenModel {
  readonly checkpoint: CvtCheckpoint;
  /** The file, out of which the runtime copies the weights. */
  readonly bytes: Uint8Array;
  readonly labels: readonly string[];
}

/**
 * A checkpoint file, its tensors known and left where they are.
 * @throws CheckpointError, SpecError, CancelledError
 */
export async function openModel(path: string, parts: ModelParts): Promise<OpenModel> {
  const { spec, activation, signal } = parts;
  const file = new DiskCheckpoint(path);
  const checkpoint = await openCvt(new GatheredSource(file), { spec, activation, signal });
  const imagenet = parts.labels === null && checkpoint.numClasses === IMAGENET_CLASSES;
  const labels = imagenet ? await readImagenetLabels(findAppRoot()) : (parts.labels ?? []);
  return { checkpoint, bytes: new DiskBytes(file), labels };
}
