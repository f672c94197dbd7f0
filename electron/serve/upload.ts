import { mkdir, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { CancelledError } from '../../models/errors.ts';
import type { AssetRequest } from '../protocol/answer.ts';
import { onDisk } from '../weights/disk-failure.ts';
import { checkSpace, freeSpace } from '../weights/free-space.ts';
import type { LibraryDesk } from '../weights/library-desk.ts';
import { sentPath } from '../weights/taken-files.ts';
import { type ApiAnswer, json, refuse } from './api-answers.ts';

/** CvT-W24 with its optimiser's state has 3.4 GB. */
export const MAX_UPLOAD_BYTES = 4 * 2 ** 30;
/** A page sends one after the other; more is a mistake. */
const MOST_UPLOADS = 4;
/** A sender that is silent for this long has gone away without saying so. */
const LONGEST_SILENCE_MS = 60_000;
const MAX_NAME = 255;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface UploadLimits {
  /** Of one file, in bytes. */
  readonly limit?: number | undefined;
  /** That ends an upload, in milliseconds. */
  readonly silence?: number | undefined;
}

/** Takes the files that pages send, into temporary files beside the weights. */
export class Uploads {
  readonly #desk: LibraryDesk;
  readonly #limit: number;
  readonly #silence: number;
  #running = 0;

  constructor(desk: LibraryDesk, { limit = MAX_UPLOAD_BYTES, silence = LONGEST_SILENCE_MS }: UploadLimits = {}) {
    this.#desk = desk;
    this.#limit = limit;
    this.#silence = silence;
  }

  /**
   * `PUT /api/library/files?name=…&ticket=…`, the file as the body. Answers its ticket, the page's own or a new one; a body
   * that breaks off leaves nothing.
   */
  async answer(request: AssetRequest, incoming: IncomingMessage): Promise<ApiAnswer> {
    const no = (status: number, message: string) => refuse(request, status, message);
    const name = nameIn(request.path);
    if (name === null) return no(400, `A file is sent with its name, of at most ${MAX_NAME} characters.`);
    if (incoming.headers['content-type'] !== 'application/octet-stream')
      return no(415, 'A file is sent as application/octet-stream.');
    const length = Number(incoming.headers['content-length'] ?? Number.NaN);
    if (!Number.isSafeInteger(length)) return no(411, `${name}: a file is sent with its length.`);
    if (length > this.#limit) return no(413, `${name}: a file of at most ${this.#limit} bytes can be sent.`);
    if (this.#running >= MOST_UPLOADS) return no(429, `${name}: other files are being sent. Try again in a moment.`);
    this.#running++;
    try {
      const path = await this.#receive(name, length, incoming);
      // A page that went away while the last bytes were written never learns the ticket.
      if (incoming.socket.destroyed) {
        await rm(path, { force: true });
        throw new CancelledError();
      }
      const file = await this.#desk.takeFile({ name, path, isOurs: true }, ticketIn(request.path));
      return json(request, 200, { file });
    } finally {
      this.#running--;
    }
  }

  async #receive(name: string, length: number, incoming: IncomingMessage): Promise<string> {
    const folder = this.#desk.incoming;
    await onDisk(folder, () => mkdir(folder, { recursive: true }));
    await checkSpace(name, folder, length, freeSpace);
    const path = sentPath(folder);
    incoming.setTimeout(this.#silence, () => incoming.destroy());
    try {
      await onDisk(folder, async () => {
        const file = await open(path, 'wx', 0o600);
        try {
          // Rejects where the connection ends before the declared length.
          await file.writeFile(incoming);
          await file.sync();
        } finally {
          await file.close();
        }
      });
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      incoming.setTimeout(0);
    }
    return path;
  }
}

/** Undefined where the page chose none, or none that is as hard to guess as ours. */
function ticketIn(path: string): string | undefined {
  const ticket = new URLSearchParams(path.split('?', 2)[1] ?? '').get('ticket');
  return ticket && UUID.test(ticket) ? ticket : undefined;
}

/** The name in the query; for messages and for the format's extension, never for a path. Null where there is none to use. */
function nameIn(path: string): string | null {
  const name = new URLSearchParams(path.split('?', 2)[1] ?? '').get('name')?.replaceAll(/[\p{Cc}/\\]/gu, '_');
  return name && name.length <= MAX_NAME ? name : null;
}
