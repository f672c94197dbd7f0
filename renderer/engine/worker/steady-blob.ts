/**
 * A Blob whose slices give their bytes in one piece.
 *
 * onnxruntime-web's JSPI build reads each weight by `slice().stream()`, with a BYOB reader. In Chromium 156 about one such read
 * in two thousand never ends and the session is never created (measured: 1 to 3 of 60 loads of the demo checkpoint, on both
 * providers); `arrayBuffer()` on the same slices does not hang. A stream that offers no BYOB reader makes it use a plain one.
 */
export class SteadyBlob extends Blob {
  constructor(blob: Blob) {
    super([blob]);
  }

  override slice(start?: number, end?: number, type?: string): Blob {
    const part = super.slice(start, end, type);
    const stream = () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        async start(controller) {
          controller.enqueue(new Uint8Array(await part.arrayBuffer()));
          controller.close();
        },
      });
    return Object.defineProperty(part, 'stream', { value: stream });
  }
}
