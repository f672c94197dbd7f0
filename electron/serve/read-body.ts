import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  readonly bytes: number;
  /** Until the whole body is here, in milliseconds. */
  readonly patience: number;
}

/** The body, or why it is not waited for any longer; the rest of it is then not read. @throws where the connection ends */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer | 'too-large' | 'too-slow'> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) return Promise.resolve('too-large');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (result: Buffer | 'too-large' | 'too-slow'): void => {
      clearTimeout(timer);
      request.off('data', take);
      // Not destroyed: the refusal still goes out on its connection.
      request.pause();
      resolve(result);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (size > limits.bytes) end('too-large');
    };
    const timer = setTimeout(() => end('too-slow'), limits.patience);
    request.on('data', take);
    request.once('end', () => end(Buffer.concat(chunks)));
    request.once('close', () => {
      clearTimeout(timer);
      reject(new Error('The connection ended before the body did.'));
    });
    request.once('error', reject);
  });
}
