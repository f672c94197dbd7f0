import * as ort from 'onnxruntime-web';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { type CvtCheckpoint, openCvt } from '../../models/cvt/open-cvt.ts';
import { VARIANTS, type VariantName } from '../../models/cvt/variants.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';

/** The name under which graphs refer to their checkpoint. */
export const CHECKPOINT_PATH = 'checkpoint';

/** A checkpoint in memory, for measuring: its weights are made by the formula of the golden files, with as many classes. */
export interface BenchCheckpoint {
  readonly checkpoint: CvtCheckpoint;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export async function formulaModel(variant: VariantName, numClasses = 1000): Promise<BenchCheckpoint> {
  const spec = VARIANTS[variant];
  const bytes = formulaCheckpoint(spec, numClasses, 1);
  const source = new MemorySource(`${variant}.safetensors`, bytes);
  return { checkpoint: await openCvt(source, { spec, activation: 'quick_gelu' }), bytes };
}

/** To be called before anything else of the runtime: it starts its threads once. */
export function setThreads(count: number): void {
  ort.env.wasm.numThreads = count;
}

/**
 * A session on WASM, with onnxruntime's own options where none are given.
 * @param checkpoint the file that the model's external data points into, if any
 */
export function createSession(
  model: Uint8Array,
  checkpoint: Uint8Array | null,
  options: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    externalData: checkpoint ? [{ path: CHECKPOINT_PATH, data: checkpoint }] : [],
    ...options,
  });
}

/** One run on `input`; all outputs are made. */
export async function runOnce(session: ort.InferenceSession, input: Float32Array, shape: readonly number[]) {
  return session.run({ pixel_values: new ort.Tensor('float32', input, shape) });
}
