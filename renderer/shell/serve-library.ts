import { CancelledError, fromErrorMessage } from '../../models/errors.ts';
import type { LibraryTransport } from './library-client.ts';
import { fileTicketSchema, type LibraryCommand, type LibraryWork, workMessageSchema } from './library-wire.ts';
import type { WorkOptions } from './model-library.ts';
import { refusal, request, unreachable } from './serve-request.ts';

const API = '/api/library';
const JSON_HEADERS = { 'Content-Type': 'application/json' };
/** Before a connection that the browser has given up is tried again. */
const RETRY_MS = 3_000;

/** The library's way over HTTP: electron/serve/library-api.ts and upload.ts. */
export class ServeLibrary implements LibraryTransport {
  follow(told: (snapshot: unknown) => void, lost: () => void): () => void {
    let source: EventSource | null = null;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const connect = (): void => {
      const opened = new EventSource(`${API}/events`);
      source = opened;
      opened.onmessage = ({ data }: MessageEvent<string>) => told(parse(data));
      opened.onerror = () => {
        lost();
        // After a cut the browser tries by itself, after a refusal it does not.
        if (opened.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS);
      };
    };
    connect();
    return () => {
      clearTimeout(retry);
      source?.close();
    };
  }

  async command(command: LibraryCommand): Promise<void> {
    await request(`${API}/command`, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(command) });
  }

  async work(work: LibraryWork, { signal, onProgress }: WorkOptions): Promise<unknown> {
    const response = await request(`${API}/work`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify(work),
      ...(signal && { signal }),
    });
    try {
      for await (const line of linesOf(response)) {
        const message = workMessageSchema.parse(parse(line));
        if (message.kind === 'value') return message.value;
        if (message.kind === 'error') throw fromErrorMessage(message.error);
        onProgress?.(message.progress);
      }
    } catch (error) {
      if (signal?.aborted) throw new CancelledError();
      // What `fetch` says where the connection broke.
      throw error instanceof TypeError ? unreachable(error) : error;
    }
    throw unreachable();
  }

  /** Sends the file. XMLHttpRequest, because `fetch` tells of no progress while it sends. */
  takeFile(file: File, { signal, onProgress }: WorkOptions): Promise<string> {
    const path = `${API}/files`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new CancelledError());
      const sending = new XMLHttpRequest();
      // The last bytes may be there already, and then nobody would ever ask for the file.
      const ticket = crypto.randomUUID();
      const cancel = (): void => {
        sending.abort();
        void this.command({ command: 'forget-files', files: [ticket] }).catch(() => {});
      };
      signal?.addEventListener('abort', cancel, { once: true });
      sending.upload.onprogress = ({ loaded }) => onProgress?.({ phase: 'sending', done: loaded, total: file.size });
      sending.onload = () => {
        const body = parse(sending.responseText);
        const taken = fileTicketSchema.safeParse(body);
        if (sending.status === 200 && taken.success) resolve(taken.data.file);
        else reject(refusal(path, sending.status, body));
      };
      sending.onerror = () => reject(unreachable());
      sending.onabort = () => reject(new CancelledError());
      sending.onloadend = () => signal?.removeEventListener('abort', cancel);
      sending.open('PUT', `${path}?name=${encodeURIComponent(file.name)}&ticket=${ticket}`);
      sending.setRequestHeader('Content-Type', 'application/octet-stream');
      sending.send(file);
    });
  }
}

/** Null for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (!body) return;
  // Not `for await`: Safari's streams cannot be iterated.
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const lines = (rest + decoder.decode(piece.value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}
