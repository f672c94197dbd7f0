import type { ByteSource } from '../bytes/byte-source.ts';
import { CancelledError, CheckpointError, ImageError } from '../errors.ts';
import { matches } from './ascii.ts';
import { type Orientation, swapsSides } from './exif.ts';
import { parseAvif } from './headers/avif.ts';
import { parseBmp } from './headers/bmp.ts';
import { parseGif } from './headers/gif.ts';
import { brands } from './headers/iso-boxes.ts';
import { parseJpeg } from './headers/jpeg.ts';
import { type HeaderParser, type ImageFormat, MalformedHeader, UnsupportedImage } from './headers/parsed-header.ts';
import { parsePng } from './headers/png.ts';
import { parseWebp } from './headers/webp.ts';
import { countJpegScans } from './jpeg-scans.ts';
import { unsupportedFormat } from './unsupported.ts';

/** 100 megapixels: 400 MB once decoded, which is what a tab or a small machine can bear. */
export const MAX_IMAGE_PIXELS = 100e6;
/** Ten are usual. Decoders take a pass over the picture for each. */
export const MAX_JPEG_SCANS = 100;
/** All scans together: some seconds of decoding. 20 at {@link MAX_IMAGE_PIXELS}. */
export const MAX_SCANNED_PIXELS = 2e9;
/** Far beyond what browsers decode; keeps the tables of the resampling small for a picture one pixel high. */
export const MAX_IMAGE_SIDE = 1_000_000;

/** Enough for nearly every file; JPEGs with more metadata than this are read on, up to MAX_HEADER_BYTES. */
const FIRST_READ = 256 * 1024;
const MAX_HEADER_BYTES = 32 * 1024 * 1024;

export interface ImageHeader {
  readonly format: ImageFormat;
  readonly mimeType: string;
  /** As stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** EXIF's. 1 where the bytes at hand end before it (PNG and WebP may carry it behind the pixels). */
  readonly orientation: Orientation;
  /** The first frame is used. Null where the bytes at hand do not tell. */
  readonly animated: boolean | null;
  /** 1 for a still picture; null where the bytes at hand do not tell. */
  readonly frames: number | null;
  /** A JPEG that decoders pass over more than once. */
  readonly severalScans?: boolean;
}

interface FormatReader {
  readonly mimeType: string;
  readonly sniff: (view: DataView) => boolean;
  readonly parse: HeaderParser;
}

const FORMATS: Readonly<Record<ImageFormat, FormatReader>> = {
  png: { mimeType: 'image/png', sniff: (view) => matches(view, 0, '\x89PNG\r\n\x1a\n'), parse: parsePng },
  jpeg: { mimeType: 'image/jpeg', sniff: (view) => matches(view, 0, '\xff\xd8\xff'), parse: parseJpeg },
  gif: { mimeType: 'image/gif', sniff: (view) => matches(view, 0, 'GIF8'), parse: parseGif },
  webp: {
    mimeType: 'image/webp',
    sniff: (view) => matches(view, 0, 'RIFF') && matches(view, 8, 'WEBP'),
    parse: parseWebp,
  },
  bmp: { mimeType: 'image/bmp', sniff: isBmp, parse: parseBmp },
  avif: {
    mimeType: 'image/avif',
    sniff: (view) => brands(view)?.some((brand) => brand === 'avif' || brand === 'avis') ?? false,
    parse: parseAvif,
  },
};

/** The formats that {@link readImageHeader} accepts, for file dialogs and words. */
export const IMAGE_MIME_TYPES: readonly string[] = Object.values(FORMATS).map((format) => format.mimeType);

/**
 * Judges a picture by its header, before anything is decoded.
 * @param name for messages
 * @param bytes the whole file. Where only a beginning is at hand, {@link readImageHeaderFrom} knows how much it takes.
 * @throws ImageError `image-empty`, `image-unknown-format`, `image-unsupported`, `image-too-large`, `image-broken`
 */
export function readImageHeader(name: string, bytes: Uint8Array): ImageHeader {
  const header = parseHeader(name, bytes);
  if (header) return header;
  throw new ImageError('image-broken', `${name}: the file ends inside its header. It is incomplete; get it again.`);
}

/**
 * {@link readImageHeader} over a file of which only the beginning is read: 256 KiB, and up to 32 MiB where metadata is in the way.
 * @throws ImageError, also `image-unreadable`; CancelledError once `signal` fires
 */
export async function readImageHeaderFrom(source: ByteSource, signal?: AbortSignal): Promise<ImageHeader> {
  const limit = Math.min(source.size, MAX_HEADER_BYTES);
  for (let length = Math.min(FIRST_READ, limit); ; length = Math.min(length * 8, limit)) {
    const bytes = await reading(source, () => source.read({ start: 0, end: length }, signal));
    const header = length === limit ? readImageHeader(source.name, bytes) : parseHeader(source.name, bytes);
    if (header?.severalScans) await judgeScans(source, header, signal);
    if (header) return header;
  }
}

/** @throws ImageError `image-too-large`, `image-unreadable`; CancelledError */
async function judgeScans(source: ByteSource, { width, height }: ImageHeader, signal?: AbortSignal): Promise<void> {
  const most = Math.min(MAX_JPEG_SCANS, Math.floor(MAX_SCANNED_PIXELS / (width * height)));
  const scans = await reading(source, () => countJpegScans(source, most, signal));
  if (scans > most)
    throw new ImageError(
      'image-too-large',
      `${source.name}: a JPEG of ${width}×${height} pixels may have ${most} scans, or it takes too long to decode. Open and save it with another program.`,
    );
}

/** Width and height as shown, with the orientation applied. */
export function orientedSize(header: ImageHeader): { readonly width: number; readonly height: number } {
  const { width, height } = header;
  return swapsSides(header.orientation) ? { width: height, height: width } : { width, height };
}

/** Null where the bytes end before the header does. */
function parseHeader(name: string, bytes: Uint8Array): ImageHeader | null {
  if (bytes.byteLength === 0)
    throw new ImageError('image-empty', `${name}: the file is empty. Get it again or choose another picture.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = sniff(view);
  if (!format) {
    const known = unsupportedFormat(view);
    if (known) throw unsupported(name, known);
    throw new ImageError(
      'image-unknown-format',
      `${name}: not a picture in a format that is known here. PNG, JPEG, GIF, WebP, BMP and AVIF can be opened.`,
    );
  }
  const { mimeType, parse } = FORMATS[format];
  try {
    const parsed = parse(view);
    judgeSize(name, parsed.width, parsed.height);
    const frames = parsed.frames ?? (parsed.animated === false ? 1 : null);
    return { format, mimeType, ...parsed, frames };
  } catch (error) {
    if (error instanceof MalformedHeader)
      throw new ImageError('image-broken', `${name}: the file is damaged: ${error.message}. Get it again.`, {
        cause: error,
      });
    if (error instanceof UnsupportedImage) throw unsupported(name, error.message);
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function sniff(view: DataView): ImageFormat | null {
  const names = Object.keys(FORMATS) as ImageFormat[];
  return names.find((name) => FORMATS[name].sniff(view)) ?? null;
}

/** Two letters are a weak signature, so the reserved zeros behind the file size count too. */
function isBmp(view: DataView): boolean {
  return matches(view, 0, 'BM') && matches(view, 6, '\0\0\0\0');
}

/** @throws ImageError `image-broken`, `image-too-large` */
export function judgeSize(name: string, width: number, height: number): void {
  if (width === 0 || height === 0)
    throw new ImageError('image-broken', `${name}: the file is damaged: it declares ${width}×${height} pixels.`);
  if (width * height > MAX_IMAGE_PIXELS) {
    const megapixels = ((width * height) / 1e6).toFixed(1);
    throw new ImageError(
      'image-too-large',
      `${name}: ${width}×${height} pixels are ${megapixels} MP; this build opens up to ${MAX_IMAGE_PIXELS / 1e6} MP. Scale it down first.`,
    );
  }
  if (Math.max(width, height) > MAX_IMAGE_SIDE)
    throw new ImageError(
      'image-too-large',
      `${name}: ${width}×${height} pixels; a side may have ${MAX_IMAGE_SIDE} at most. Cut or scale it first.`,
    );
}

function unsupported(name: string, format: string): ImageError {
  return new ImageError('image-unsupported', `${name}: this build can't decode ${format}. Convert it to JPEG or PNG.`);
}

async function reading<T>(source: ByteSource, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const reason = error instanceof CheckpointError ? 'it changed while it was read' : String(error);
    throw new ImageError('image-unreadable', `${source.name}: could not be read (${reason}).`, { cause: error });
  }
}
