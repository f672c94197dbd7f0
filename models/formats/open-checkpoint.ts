import type { ByteSource } from '../bytes/byte-source.ts';
import { CheckpointError } from '../errors.ts';
import { keras } from './keras/keras.ts';
import { paddle } from './paddle/paddle.ts';
import { torchLegacy } from './pytorch/torch-legacy.ts';
import { torchZip } from './pytorch/torch-zip.ts';
import { safetensors } from './safetensors.ts';
import { recogniseStranger, STRANGER_BYTES } from './strangers.ts';
import type { CheckpointFormat, TensorIndex } from './tensor-index.ts';

/** Paddle's takes any pickle, so torch's older layout, which begins as one, is asked first. */
const FORMATS: readonly CheckpointFormat[] = [torchZip, torchLegacy, safetensors, paddle, keras];

/**
 * The tensors of a checkpoint file of any format that is read: names, types, shapes and where their bytes lie. Reads headers,
 * not tensor data. The file's name and extension play no part.
 * @throws CheckpointError `empty`, `unknown-format`, `unsupported`, or what the format's reader finds wrong; CancelledError
 */
export async function openCheckpoint(source: ByteSource, signal?: AbortSignal): Promise<TensorIndex> {
  if (source.size === 0)
    throw new CheckpointError(
      'empty',
      `${source.name}: the file is empty. Its download may have failed; get it again.`,
    );
  for (const format of FORMATS) {
    const open = await format.sniff(source, signal);
    if (open) return open();
  }
  const head = await source.read({ start: 0, end: Math.min(STRANGER_BYTES, source.size) }, signal);
  const stranger = recogniseStranger(head);
  if (stranger) throw new CheckpointError(stranger.code, `${source.name}: this is ${stranger.sentence}`);
  throw new CheckpointError(
    'unknown-format',
    `${source.name}: no checkpoint that is known. PyTorch (.pth, .pt, .bin), safetensors, Paddle (.pdparams) and Keras (.h5) files are accepted.`,
  );
}
