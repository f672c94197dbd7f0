import { printable } from '../bytes/printable.ts';
import { CheckpointError } from '../errors.ts';
import type { TensorEntry, TensorIndex } from '../formats/tensor-index.ts';
import { permuted } from '../formats/tensor-view.ts';
import { HUGGING_FACE } from './names/hugging-face.ts';
import { LINEAR_WEIGHT, PADDLEVIT, PASSL } from './names/paddle.ts';
import { type Renames, rename } from './names/renames.ts';

/** Whose names a checkpoint's tensors carry. Keras's are positions: `names/keras.ts`. */
export type Naming = 'official' | 'huggingface' | 'paddlevit' | 'passl' | 'keras';

/** By which a naming is known: some of its tensors begin so. */
const MARKS: readonly (readonly [Naming, RegExp])[] = [
  ['huggingface', /^cvt\.encoder\./],
  ['passl', /^backbone\.stage\d/],
  ['paddlevit', /^stages\.\d/],
];

const RENAMES: Readonly<Record<Exclude<Naming, 'keras'>, Renames>> = {
  official: [],
  huggingface: HUGGING_FACE,
  paddlevit: PADDLEVIT,
  passl: PASSL,
};

/** Which naming the tensors of a file follow. */
export function namingOf(index: TensorIndex): Naming {
  if (index.format === 'keras') return 'keras';
  for (const name of index.tensors.keys()) for (const [naming, mark] of MARKS) if (mark.test(name)) return naming;
  return 'official';
}

/**
 * The tensors under their official state-dict keys, as views in the official layout; unknown names stay as they are.
 * `num_batches_tracked` counters are left out.
 * @throws CheckpointError `extra-tensor` where two tensors have the same key
 */
export function renamedTensors(
  index: TensorIndex,
  naming: Exclude<Naming, 'keras'>,
  file: string,
): ReadonlyMap<string, TensorEntry> {
  const tensors = new Map<string, TensorEntry>();
  // Whoever writes Paddle's weights into another format keeps their layout with their names.
  const isPaddle = index.format === 'paddle' || naming === 'paddlevit' || naming === 'passl';
  for (const [name, entry] of index.tensors) {
    const key = rename(name, RENAMES[naming]);
    if (key.endsWith('.num_batches_tracked')) continue;
    const twin = tensors.get(key);
    if (twin)
      throw new CheckpointError(
        'extra-tensor',
        `${file}: ${printable(twin.name)} and ${printable(name)} are both ${printable(key)}.`,
      );
    const turned = isPaddle && entry.shape.length === 2 && LINEAR_WEIGHT.test(key);
    tensors.set(key, turned ? permuted(entry, [1, 0]) : entry);
  }
  return tensors;
}
