import type { Readable } from 'node:stream';

/** What is held between the network and the disk at most, roughly. */
const MOST_QUEUED = 1 << 20;

/**
 * The chunks of a stream, all that came before it failed included. A stream's own iterator drops what is still in its buffer
 * when the connection breaks; a download wants to keep it. Listens from the call on, whenever the reading begins.
 */
export function drain(stream: Readable): AsyncIterable<Uint8Array> {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let end: { readonly error: unknown } | null = null;
  let wake = () => {};
  const finish = (error: unknown) => {
    end ??= { error };
    wake();
  };
  stream.on('data', (chunk: Uint8Array) => {
    queue.push(chunk);
    queued += chunk.length;
    if (queued >= MOST_QUEUED) stream.pause();
    wake();
  });
  stream.on('end', () => finish(null));
  stream.on('error', finish);
  stream.on('close', () => finish(new Error('the connection was closed')));

  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = queue.shift();
        if (chunk) {
          queued -= chunk.length;
          yield chunk;
          if (queued < MOST_QUEUED) stream.resume();
        } else if (end) {
          if (end.error !== null) throw end.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      stream.destroy();
    }
  }
  return { [Symbol.asyncIterator]: read };
}
