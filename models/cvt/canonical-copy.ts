import { readTensor } from '../formats/read-tensor.ts';
import { type SafetensorsFile, safetensorsFile } from '../formats/write-safetensors.ts';
import { expectedTensors } from './expected-tensors.ts';
import type { CvtCheckpoint } from './open-cvt.ts';

/**
 * The checkpoint as a safetensors file of float32 under the official names and in the official layout: what is kept of a file
 * whose weights cannot be used where they lie (see `needsCopy`). It says nothing of the spec or the activation; whoever keeps
 * the copy keeps those. Tensors are read one at a time, as the file is written.
 * @throws CheckpointError while it is written, where a tensor cannot be read; CancelledError
 */
export function canonicalCopy(checkpoint: CvtCheckpoint, signal?: AbortSignal): SafetensorsFile {
  const { source, spec, numClasses, tensors } = checkpoint;
  const files = [...expectedTensors(spec, numClasses)].map(([name, shape]) => ({
    name,
    shape,
    load: () => readTensor(source, tensors.get(name)!, signal),
  }));
  return safetensorsFile(files, { format: 'pt' });
}
