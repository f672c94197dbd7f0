import type { CheckpointErrorCode } from '../errors.ts';

/** Files that are dropped here again and again and are no checkpoint that can be read, each with what to do about it. */
export interface Stranger {
  readonly code: CheckpointErrorCode;
  /** Continues "<file>: ". */
  readonly sentence: string;
}

/** How many of a file's first bytes {@link recogniseStranger} wants. */
export const STRANGER_BYTES = 512;

interface Signature extends Stranger {
  readonly start: readonly number[] | RegExp;
}

const SIGNATURES: readonly Signature[] = [
  {
    // The first of five pickles: the magic number 0x1950a86a20f9469cfc6c as LONG1.
    start: [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
    code: 'unsupported',
    sentence:
      'a PyTorch file in the layout from before 1.6, which is not read yet. Load it in PyTorch and write it again with torch.save.',
  },
  {
    start: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
    code: 'unsupported',
    sentence: 'an HDF5 (Keras) file, which is not read yet. Use a PyTorch or safetensors checkpoint.',
  },
  ...[2, 3, 4, 5].map((protocol) => ({
    start: [0x80, protocol],
    code: 'unsupported' as const,
    sentence: "a bare pickle, perhaps Paddle's, which is not read yet. Use a PyTorch or safetensors checkpoint.",
  })),
  {
    start: [0x1f, 0x8b],
    code: 'unknown-format',
    sentence: 'packed with gzip. Unpack it first.',
  },
  {
    start: /^version https:\/\/git-lfs/,
    code: 'unknown-format',
    sentence: 'a Git LFS pointer and not the weights it stands for. Run git lfs pull, or download the file itself.',
  },
  {
    start: /^\s*<(!doctype|html|\?xml|head|body)/i,
    code: 'unknown-format',
    sentence:
      "a web page saved under a checkpoint's name, most likely an error or sign-in page. Download the weights again.",
  },
  {
    start: /^\s*\{\s*"/,
    code: 'unknown-format',
    sentence:
      "JSON text and not weights, perhaps a server's error message or a configuration. Download the weights again.",
  },
];

/** What a file that no reader takes appears to be, by its first bytes; null where that is unknown. */
export function recogniseStranger(head: Uint8Array): Stranger | null {
  const text = new TextDecoder('utf-8').decode(head);
  const isAt = ({ start }: Signature) =>
    start instanceof RegExp ? start.test(text) : start.every((byte, i) => head[i] === byte);
  return SIGNATURES.find(isAt) ?? null;
}
