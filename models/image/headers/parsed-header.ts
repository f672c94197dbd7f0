import type { Orientation } from '../exif.ts';

export type ImageFormat = 'png' | 'jpeg' | 'gif' | 'webp' | 'bmp' | 'avif';

/** What one format's parser found, before it is judged. */
export interface ParsedHeader {
  /** As stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** Null where the bytes at hand do not tell. */
  readonly animated: boolean | null;
  /** How many frames there are; null where the bytes at hand do not tell. Absent for a still picture. */
  readonly frames?: number | null;
  /** Of a JPEG: it is decoded in more than one pass, or the bytes at hand do not tell. */
  readonly severalScans?: boolean;
}

/**
 * A parser is handed a view whose first bytes are its format's signature. It throws {@link MalformedHeader} for a header
 * that contradicts itself, {@link UnsupportedImage} for a kind that decoders refuse, and lets DataView's RangeError
 * through where bytes are missing.
 */
export type HeaderParser = (view: DataView) => ParsedHeader;

/** The message completes "NAME: its header is damaged: …". */
export class MalformedHeader extends Error {}

/** The message is what this build cannot decode: "lossless JPEG". */
export class UnsupportedImage extends Error {}
