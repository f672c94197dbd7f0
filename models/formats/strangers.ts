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
