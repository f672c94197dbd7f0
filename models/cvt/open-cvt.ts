import type { ByteSource } from '../bytes/byte-source.ts';
import { printable } from '../bytes/printable.ts';
import { CheckpointError } from '../errors.ts';
import { openCheckpoint } from '../formats/open-checkpoint.ts';
import type { FormatName, TensorEntry, TensorIndex } from '../formats/tensor-index.ts';
import { expectedTensors } from './expected-tensors.ts';
import { kerasSpec, kerasTensors } from './names/keras.ts';
import { classCount, recogniseVariant } from './recognise.ts';
import type { Activation, CvtSpec } from './spec.ts';
import { type Naming, namingOf, renamedTensors } from './tensor-names.ts';
import { type VariantName, variantOf } from './variants.ts';

/** A checkpoint file that is known to hold exactly the tensors of its spec. No tensor data has been read. */
export interface CvtCheckpoint {
  /** The file's name, for messages. */
  readonly name: string;
  readonly source: ByteSource;
  readonly spec: CvtSpec;
  readonly variant: VariantName | null;
  readonly numClasses: number;
  readonly activation: Activation;
  readonly format: FormatName;
  readonly naming: Naming;
  /**
   * By official state-dict key, in the official shape. Where the file keeps a weight in another layout (Paddle's and Keras's
   * Linear [in, out], Keras's convolutions HWIO) the entry is a view with strides.
   */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

export interface OpenCvtOptions {
  /** Null: recognised from the tensor shapes. */
  readonly spec: CvtSpec | null;
  /** Null: see {@link impliedActivation}. */
  readonly activation: Activation | null;
  readonly signal?: AbortSignal;
}

/** How many names a message lists before it says "and N more". */
const NAMES_IN_MESSAGE = 3;

/**
 * Opens a CvT checkpoint of any format: indexes it, translates its names to the official ones, finds its spec, and checks
 * that every tensor is there with the right shape and none besides.
 * @throws CheckpointError as {@link openCheckpoint} and {@link recogniseVariant} do, and `missing-tensor`, `extra-tensor`,
 *   `wrong-shape`, `wrong-dtype`
 */
export async function openCvt(source: ByteSource, options: OpenCvtOptions): Promise<CvtCheckpoint> {
  const index = await openCheckpoint(source, options.signal);
  const naming = namingOf(index);
  const { spec, tensors } = assign(index, naming, options.spec, source.name);
  const numClasses = classCount(tensors, source.name);
  checkTensors(tensors, expectedTensors(spec, numClasses), source.name);
  return {
    name: source.name,
    source,
    spec,
    variant: variantOf(spec),
    numClasses,
    activation: options.activation ?? impliedActivation(naming, numClasses),
    format: index.format,
    naming,
    tensors,
  };
}

/**
 * The activation that a checkpoint was trained with, as far as its file tells. The Hugging Face port hard-codes exact GELU:
 * its copies of the official weights (1000 ImageNet classes) were still trained with QuickGELU, a fine-tune made with it
 * was not.
 */
export function impliedActivation(naming: Naming, numClasses: number): Activation {
  return naming === 'huggingface' && numClasses !== 1000 ? 'gelu' : 'quick_gelu';
}

/** Spec and tensors: by names the spec can be read off the tensors, by position the tensors are known only by the spec. */
function assign(
  index: TensorIndex,
  naming: Naming,
  given: CvtSpec | null,
  file: string,
): { spec: CvtSpec; tensors: ReadonlyMap<string, TensorEntry> } {
  if (naming === 'keras') {
    const spec = kerasSpec(index, given, file);
    return { spec, tensors: kerasTensors(index, spec, file) };
  }
  const tensors = renamedTensors(index, naming, file);
  return { spec: given ?? recogniseVariant(tensors, file).spec, tensors };
}

function checkTensors(
  tensors: ReadonlyMap<string, TensorEntry>,
  expected: ReadonlyMap<string, readonly number[]>,
  file: string,
): void {
  const missing = [...expected.keys()].filter((key) => !tensors.has(key));
  if (missing.length > 0)
    throw new CheckpointError(
      'missing-tensor',
      `${file}: ${list(missing)} missing. The file is incomplete, or the spec is another model's.`,
    );
  const extra = [...tensors.keys()].filter((key) => !expected.has(key));
  if (extra.length > 0)
    throw new CheckpointError(
      'extra-tensor',
      `${file}: ${list(extra)} not part of this architecture. The spec is probably another model's.`,
    );
  for (const [key, shape] of expected) {
    const entry = tensors.get(key)!;
    if (entry.shape.length !== shape.length || entry.shape.some((size, axis) => size !== shape[axis]))
      throw new CheckpointError(
        'wrong-shape',
        `${file}: ${both(key, entry)} has shape [${entry.shape.join(', ')}], expected [${shape.join(', ')}].`,
      );
    if (!/^(F|BF)/.test(entry.dtype))
      throw new CheckpointError(
        'wrong-dtype',
        `${file}: ${both(key, entry)} holds ${entry.dtype} numbers, not floating point.`,
      );
  }
}

/** The official key, with the file's own name of the tensor where that is another. */
function both(key: string, entry: TensorEntry): string {
  return entry.name === key ? key : `${key} (${printable(entry.name)})`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_IN_MESSAGE).map(printable).join(', ');
  const more = names.length - NAMES_IN_MESSAGE;
  return more > 0 ? `${shown} and ${more} more are` : `${shown} ${names.length === 1 ? 'is' : 'are'}`;
}
