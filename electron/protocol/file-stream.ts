import { open } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 20;

/**
 * Bytes `start` to `end` (exclusive) of a file as a web stream. Pulled from a file handle: `Readable.toWeb` can throw in
 * Electron's main process when the reader goes away.
 */
export function fileStream(file: string, start: number, end: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const opening = open(file, 'r');
  // Where opening fails, `pull` says so; without a pull nobody needs to know.
  opening.catch(() => {});
  let position = start;
  const close = async (): Promise<void> => (await opening).close();
  return new ReadableStream(
    {
      async pull(controller) {
        const handle = await opening;
        const bytes = new Uint8Array(Math.min(CHUNK_BYTES, end - position));
        const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, position);
        if (bytesRead === 0) {
          await close();
          throw new Error(`${file} ends at ${position}, before ${end}.`);
        }
        position += bytesRead;
        controller.enqueue(bytes.subarray(0, bytesRead));
        if (position < end) return;
        await close();
        controller.close();
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}
