import { createHash, type Hash } from 'node:crypto';
import { dirname } from 'node:path';
import { DownloadError, LensError, throwIfCancelled } from '../../models/errors.ts';
import { AttemptFailed, type RetryPolicy, type Sleep, withRetries } from './attempt.ts';
import { hashRange } from './checksum.ts';
import { onDisk } from './disk-failure.ts';
import { checkSpace, type FreeSpace } from './free-space.ts';
import type { HubAnswer, HubClient, HubFile } from './hub-client.ts';
import { networkFailure, pageFailure } from './hub-failures.ts';
import type { OpenPart, PartFile } from './part-file.ts';

/** Which version of the file the bytes in the part file belong to. */
export interface Identity {
  readonly sha256: string | null;
  readonly size: number | null;
  /** Strong validator of whoever serves the bytes; only good for If-Range. */
  readonly etag: string | null;
}

export interface TransferRequest {
  readonly file: HubFile;
  /** The model's id, for messages. */
  readonly id: string;
  readonly partPath: string;
  /** What the checksum must be, known beforehand. */
  readonly pinned: string | null;
  /** What the part file holds, as it was last told to `identified`. */
  readonly identity: Identity | null;
  readonly signal: AbortSignal;
}

export interface TransferEvents {
  received(bytes: number, total: number | null): void;
  /** Bytes of an earlier part being read again for the checksum. */
  checking(done: number, total: number): void;
  waiting(error: DownloadError, ms: number): void;
  /** To be remembered before bytes of that version are written. */
  identified(identity: Identity): Promise<void>;
}

export interface TransferTools {
  readonly hub: HubClient;
  readonly openPart: OpenPart;
  readonly freeSpace: FreeSpace;
  readonly retries: RetryPolicy;
  readonly sleep: Sleep;
}

export interface Transferred {
  readonly size: number;
  readonly sha256: string;
  readonly commit: string | null;
  /** Whose checksum it was held against; `nothing` where neither the catalog nor the hub names one. */
  readonly checkedAgainst: 'pinned' | 'hub' | 'nothing';
}

/**
 * Brings one file from the hub into the part file, which is complete, correct and on the disk when this resolves. A part
 * that is there already is continued. What has arrived stays in the part file whenever this rejects, except wrong bytes.
 * @throws DownloadError; CancelledError
 */
export async function transfer(
  request: TransferRequest,
  tools: TransferTools,
  events: TransferEvents,
): Promise<Transferred> {
  const part = await onDisk(request.partPath, () => tools.openPart(request.partPath));
  const run = new Transfer(request, tools, events, part);
  try {
    return await run.finish();
  } finally {
    await part.close();
  }
}

class Transfer {
  readonly #request: TransferRequest;
  readonly #tools: TransferTools;
  readonly #events: TransferEvents;
  readonly #part: PartFile;
  #identity: Identity;
  #commit: string | null = null;
  /** Bytes in the part file, all of them in the hash. */
  #position = 0;
  #hash: Hash = createHash('sha256');
  /** The furthest that any attempt came. */
  #reached = 0;
  /** Whether the bytes stem from more than one answer, so that wrong ones may be a wrong joint. */
  #joined = false;
  #startedOver = false;

  constructor(request: TransferRequest, tools: TransferTools, events: TransferEvents, part: PartFile) {
    this.#request = request;
    this.#tools = tools;
    this.#events = events;
    this.#part = part;
    this.#identity = request.identity ?? { sha256: null, size: null, etag: null };
  }

  async finish(): Promise<Transferred> {
    try {
      await this.#takeUp();
      await withRetries(() => this.#attempt(), {
        policy: this.#tools.retries,
        sleep: this.#tools.sleep,
        signal: this.#request.signal,
        reached: () => this.#reached,
        waiting: (failure, ms) => this.#events.waiting(failure.error, ms),
      });
    } finally {
      // What a pause or a failure leaves is continued later, so it has to be what it seems even after a power cut.
      if (this.#position > 0) await this.#onDisk(() => this.#part.sync());
    }
    const expected = this.#request.pinned ?? this.#identity.sha256;
    const against = this.#request.pinned !== null ? 'pinned' : expected !== null ? 'hub' : 'nothing';
    const sha256 = this.#hash.copy().digest('hex');
    return { size: this.#position, sha256, commit: this.#commit, checkedAgainst: against };
  }

  /** Brings the hash to the end of the part that is there. */
  async #takeUp(): Promise<void> {
    const { size } = this.#part;
    const { sha256, etag, size: total } = this.#identity;
    if (size === 0) return;
    // A part of nobody knows what, or one that is too long, is worth nothing.
    if ((sha256 === null && etag === null) || (total !== null && size > total)) return this.#empty();
    const hash = createHash('sha256');
    const { signal } = this.#request;
    const progress = (done: number) => this.#events.checking(done, size);
    this.#position = await this.#onDisk(() => hashRange(this.#part, size, hash, { signal, progress }));
    this.#hash = hash;
    this.#reached = this.#position;
    this.#joined = true;
  }

  async #attempt(): Promise<void> {
    const { signal, file } = this.#request;
    if (this.#position === 0 || this.#position !== this.#identity.size) {
      const hubAnswer = await this.#tools.hub.open(file, this.#rangeHeaders(), signal);
      try {
        await this.#consume(hubAnswer);
      } finally {
        hubAnswer.answer.discard();
      }
    }
    await this.#checkWhole();
  }

  #rangeHeaders(): Readonly<Record<string, string>> {
    if (this.#position === 0) return {};
    const range = { range: `bytes=${this.#position}-` };
    return this.#identity.etag === null ? range : { ...range, 'if-range': this.#identity.etag };
  }

  async #consume(hubAnswer: HubAnswer): Promise<void> {
    const { answer, asked } = hubAnswer;
    const { headers, status } = answer;
    this.#commit = hubAnswer.commit ?? this.#commit;
    const { pinned, id } = this.#request;
    if (/^text\/html\b/i.test(headers.get('content-type') ?? '')) throw pageFailure(asked);
    if (pinned !== null && hubAnswer.sha256 !== null && hubAnswer.sha256 !== pinned)
      throw new DownloadError(
        'changed-on-server',
        `${id}: ${asked.what} is another file now than the published one (sha256 ${hubAnswer.sha256.slice(0, 12)}…, not ${pinned.slice(0, 12)}…). ` +
          `To have it all the same, get the repository by its name: "cvt pull ${this.#request.file.repository}@${this.#request.file.revision}".`,
      );
    const changed =
      this.#identity.sha256 !== null && hubAnswer.sha256 !== null && this.#identity.sha256 !== hubAnswer.sha256;
    const range = contentRange(headers.get('content-range'));
    const continues = status === 206 && range?.start === this.#position && !changed && this.#fits(range.total);
    const whole = unsatisfiable(status, headers.get('content-range'));
    if (whole !== null && whole === this.#position && !changed) {
      await this.#identify({ ...this.#identity, size: whole, sha256: hubAnswer.sha256 ?? this.#identity.sha256 });
      return;
    }
    if (status !== 200 && !continues) {
      // Another 416, a range that was not asked for, or a file that changed meanwhile: from the start, with a plain request.
      const failure = new AttemptFailed(
        new DownloadError('changed-on-server', `${id}: ${asked.what} changes while it is downloaded. Try again later.`),
        'later',
        0,
      );
      if (this.#position === 0) throw failure;
      await this.#empty();
      return this.#consumeAnew();
    }
    if (status === 200) await this.#empty();
    else this.#joined = true;
    const total = continues
      ? (range?.total ?? hubAnswer.size)
      : (naturalHeader(headers.get('content-length')) ?? hubAnswer.size);
    await this.#identify({
      sha256: hubAnswer.sha256 ?? (continues ? this.#identity.sha256 : null),
      size: total ?? hubAnswer.size,
      etag: strongEtag(headers.get('etag')),
    });
    if (this.#identity.size !== null) {
      const needed = this.#identity.size - this.#position;
      await checkSpace(id, dirname(this.#request.partPath), needed, this.#tools.freeSpace);
    }
    await this.#receive(hubAnswer);
  }

  async #consumeAnew(): Promise<void> {
    const hubAnswer = await this.#tools.hub.open(this.#request.file, {}, this.#request.signal);
    try {
      await this.#consume(hubAnswer);
    } finally {
      hubAnswer.answer.discard();
    }
  }

  async #receive({ answer, asked }: HubAnswer): Promise<void> {
    const { signal } = this.#request;
    const total = this.#identity.size;
    this.#events.received(this.#position, total);
    try {
      for await (const bytes of answer.body) {
        throwIfCancelled(signal);
        if (total !== null && this.#position + bytes.length > total)
          throw await this.#wrongBytes('is longer than announced');
        await this.#onDisk(() => this.#part.write(bytes, this.#position));
        this.#hash.update(bytes);
        this.#position += bytes.length;
        this.#reached = Math.max(this.#reached, this.#position);
        this.#events.received(this.#position, total);
      }
    } catch (error) {
      throwIfCancelled(signal);
      throw error instanceof LensError || error instanceof AttemptFailed ? error : networkFailure(error, asked);
    }
    if (total !== null && this.#position < total)
      throw networkFailure(new Error(`it ended ${total - this.#position} bytes early`), asked);
  }

  /** @throws AttemptFailed with `wrong-bytes`, the part being emptied */
  async #checkWhole(): Promise<void> {
    const expected = this.#request.pinned ?? this.#identity.sha256;
    if (expected === null) return;
    const found = this.#hash.copy().digest('hex');
    if (found !== expected)
      throw await this.#wrongBytes(`has the sha256 ${found.slice(0, 12)}…, not ${expected.slice(0, 12)}…`);
  }

  /** Another try is worth it once, and only where pieces were joined: a server that sends a wrong file sends it again. */
  async #wrongBytes(how: string): Promise<AttemptFailed> {
    const again = this.#joined && !this.#startedOver;
    this.#startedOver = true;
    await this.#empty();
    const message = `${this.#request.id}: what arrived ${how}, so it was thrown away. A proxy or a mirror may be changing it; try again, or another network.`;
    return new AttemptFailed(new DownloadError('wrong-bytes', message), again ? 'later' : 'never', 0);
  }

  #fits(total: number | null): boolean {
    return total === null || this.#identity.size === null || total === this.#identity.size;
  }

  async #identify(identity: Identity): Promise<void> {
    const same = JSON.stringify(identity) === JSON.stringify(this.#identity);
    this.#identity = identity;
    if (!same || this.#position === 0) await this.#events.identified(identity);
  }

  async #empty(): Promise<void> {
    this.#hash = createHash('sha256');
    this.#position = 0;
    this.#joined = false;
    await this.#onDisk(() => this.#part.truncate(0));
  }

  #onDisk<Value>(work: () => Promise<Value>): Promise<Value> {
    return onDisk(this.#request.partPath, work);
  }
}

function contentRange(header: string | undefined): { start: number; total: number | null } | null {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header ?? '');
  return match ? { start: Number(match[1]), total: match[3] === '*' ? null : Number(match[3]) } : null;
}

// The size that a 416 states, `bytes` and an asterisk in place of a range, or null.
function unsatisfiable(status: number, header: string | undefined): number | null {
  const match = status === 416 ? /^bytes \*\/(\d{1,15})$/.exec(header ?? '') : null;
  return match ? Number(match[1]) : null;
}

function naturalHeader(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Weak validators do not promise the same bytes (RFC 9110, section 13.1.5). */
function strongEtag(header: string | undefined): string | null {
  return header !== undefined && /^"[\x21\x23-\x7e]*"$/.test(header) ? header : null;
}
