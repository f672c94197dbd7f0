import { MemorySource } from '../../../models/bytes/byte-source.ts';
import { gather } from '../../../models/bytes/gather.ts';
import { expectedTensors } from '../../../models/cvt/expected-tensors.ts';
import { formulaInput, formulaTensor } from '../../../models/cvt/formula-weights.ts';
import type { CvtCheckpoint } from '../../../models/cvt/open-cvt.ts';
import { specLikePublished } from '../../../models/cvt/variants.ts';
import type { TensorEntry } from '../../../models/formats/tensor-index.ts';
import { convertedFile, openConverted } from '../../../models/precision/convert.ts';
import type { Precision } from '../../../models/precision/precision.ts';

/**
 * The golden case `tiny` (test/golden): a CvT with every part of the real ones, weights from a formula, and the numbers that the
 * official PyTorch implementation gives for it. Small enough to be run at every start.
 */

const SEED = 1;
const CLASSES = 10;
export const REFERENCE_SIZE = { height: 64, width: 64 } as const;

export const REFERENCE_SPEC = specLikePublished([16, 32, 48], [1, 2, 3], [1, 1, 2]);

/** Out of tiny.safetensors: all logits, and of the last block the received map and the CLS row as the mean over heads. */
export const REFERENCE_OUTPUTS = {
  logits: [
    -0.53057039, -0.24964568, -0.69186449, 0.88433146, -0.31907585, 0.055187367, 0.82002878, 0.26467192, -0.033849813,
    -0.37014884,
  ],
  received: [0.23500542, 0.18592553, 0.19413558, 0.18997888, 0.19495457],
  clsRow: [0.13401978, 0.13557618, 0.30621725, 0.18585674, 0.23833003],
} as const;

export interface ReferenceModel {
  readonly checkpoint: CvtCheckpoint;
  /** That its offsets count in. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** [1, 3, 64, 64] */
export function referenceInput(): Float32Array {
  return formulaInput([1, 3, REFERENCE_SIZE.height, REFERENCE_SIZE.width], SEED);
}

/** Likewise, converted on the way that every model's weights take. */
export async function referenceIn(precision: Precision): Promise<ReferenceModel> {
  const original = referenceCheckpoint();
  if (precision === 'fp32') return original;
  const bytes = await gather(convertedFile(original.checkpoint, precision).write());
  const source = new MemorySource(original.checkpoint.name, bytes);
  return { checkpoint: await openConverted(source, original.checkpoint, precision), bytes };
}

/** The weights as a checkpoint in memory, one tensor after the other, with the bytes that its offsets count in. */
export function referenceCheckpoint(): ReferenceModel {
  const name = 'the self-test';
  const tensors = new Map<string, TensorEntry>();
  const parts: Float32Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [key, shape] of expectedTensors(REFERENCE_SPEC, CLASSES)) {
    const part = new Float32Array(formulaTensor(key, shape, SEED));
    tensors.set(key, { name: key, dtype: 'F32', shape, offset, byteLength: part.byteLength });
    parts.push(part);
    offset += part.byteLength;
  }
  const bytes = new Uint8Array(offset);
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer), at);
    at += part.byteLength;
  }
  const checkpoint: CvtCheckpoint = {
    name,
    source: new MemorySource(name, bytes),
    spec: REFERENCE_SPEC,
    variant: null,
    numClasses: CLASSES,
    activation: 'quick_gelu',
    format: 'safetensors',
    naming: 'official',
    tensors,
  };
  return { checkpoint, bytes };
}
