/**
 * A Blob whose slices give their bytes in one piece.
 *
 * onnxruntime-web's JSPI build reads each weight by `slice().stream()` with a BYOB reader. In Chromium 156 such a read now and then
 * never ends, and neither does the session's creation: 7 of 560 loads of the demo checkpoint, on either provider, against none of
 * 500 this way. A stream that offers no BYOB reader makes the runtime use a plain one.
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
