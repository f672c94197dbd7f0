import type { ByteRange } from '../../../models/bytes/byte-source.ts';
import type { Incoming } from './incoming.ts';
import type { RemoteFile } from './remote-file.ts';
import { SteadyBlob } from './steady-blob.ts';

/**
 * How onnxruntime-web 1.30 takes external data: it asks for one weight after the other, of a Uint8Array by `subarray`, in JSPI's build also of
 * a Blob by `slice().stream()`. The classes here answer by reading just then, so that a checkpoint of a gigabyte is never in memory
 * beside the runtime's own copy. (Given a Blob, the other builds make an array of the whole.)
 */

/** In Workers only, and TypeScript's DOM library has it for those alone. */
declare const FileReaderSync: undefined | (new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer });

/** What a graph's external data lies in. */
export type RuntimeWeights = Blob | Uint8Array;

/** JSPI's build of the runtime is the one in use (choose-build.ts). */
export const HAS_JSPI = 'Suspending' in WebAssembly;

/** What went wrong while the runtime was reading, of which it says only that something did. */
interface Failing {
  failure: unknown;
}

/** `weights` in the form in which the runtime reads them lazily. */
export function lazily(weights: RuntimeWeights): RuntimeWeights {
  if (!(weights instanceof Blob) || weights instanceof RemoteBlob) return weights;
  if (HAS_JSPI) return new SteadyBlob(weights);
  // Not in Node, where the tests give Blobs to the plain build.
  return typeof FileReaderSync === 'undefined' ? weights : new BlobBytes(weights, new FileReaderSync());
}

export function byteLength(weights: RuntimeWeights): number {
  return weights instanceof Blob ? weights.size : weights.byteLength;
}

/** The error that reading them ended in; null where none did. */
export function readingFailure(weights: RuntimeWeights): unknown {
  return 'failure' in weights ? weights.failure : null;
}

/** A remote file as the Blob that JSPI's build reads. */
export class RemoteBlob extends Blob implements Failing {
  failure: unknown = null;
  readonly #file: RemoteFile;
  readonly #signal: AbortSignal;

  /** @param signal ends the reading */
  constructor(file: RemoteFile, signal: AbortSignal) {
    super();
    this.#file = file;
    this.#signal = signal;
  }

  override get size(): number {
    return this.#file.size;
  }

  override slice(start = 0, end = this.size): Blob {
    return Object.defineProperty(new Blob(), 'stream', { value: () => this.#stream({ start, end }) });
  }

  /** Without a BYOB reader; see {@link SteadyBlob}. */
  #stream(range: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>> {
    let incoming: Incoming | undefined;
    return new ReadableStream(
      {
        pull: async (controller) => {
          try {
            incoming ??= await this.#file.stream(range, this.#signal);
            const piece = await incoming.next();
            if (piece) controller.enqueue(piece);
            else controller.close();
          } catch (error) {
            this.failure = error;
            throw error;
          }
        },
        cancel: () => incoming?.cancel(),
      },
      { highWaterMark: 0 },
    );
  }
}

/** A Blob as the array of bytes that the builds without JSPI read. Only in Workers can a Blob be read on the spot. */
class BlobBytes extends Uint8Array<ArrayBuffer> implements Failing {
  failure: unknown = null;
  readonly #blob: Blob;
  readonly #reader: { readAsArrayBuffer(blob: Blob): ArrayBuffer };

  constructor(blob: Blob, reader: { readAsArrayBuffer(blob: Blob): ArrayBuffer }) {
    super(new ArrayBuffer(0));
    this.#blob = blob;
    this.#reader = reader;
  }

  override get byteLength(): number {
    return this.#blob.size;
  }

  override subarray(start = 0, end = this.byteLength): Uint8Array<ArrayBuffer> {
    try {
      return new Uint8Array(this.#reader.readAsArrayBuffer(this.#blob.slice(start, end)));
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
