import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Activation, CvtSpec } from '../../models/cvt/spec.ts';
import { EvaluationError, reasonOf } from '../../models/errors.ts';
import {
  type EvaluationJournal,
  type JournalEntry,
  journalEntrySchema,
} from '../../models/evaluation/journal-entry.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import type { Precision } from '../../models/precision/precision.ts';

/** All that an answer depends on besides the picture. */
export interface JournalKey {
  /** The evaluated folder, resolved. */
  readonly folder: string;
  /** Of the checkpoint. */
  readonly sha256: string;
  readonly spec: CvtSpec;
  readonly activation: Activation;
  readonly preprocessing: Preprocessing;
  readonly precision: Precision;
  /** Of the app: another one may compute in another order. */
  readonly version: string;
}

/** A crash of the machine, rather than of the process, loses at most what was measured in this time. */
const SYNC_EVERY_MS = 10_000;

/**
 * What a run has measured so far: a line of JSON a picture, appended and never changed. A process that dies leaves at most one
 * line half-written; a line that cannot be read is left out, and its picture measured again.
 */
export class Journal implements EvaluationJournal {
  readonly path: string;
  #file: FileHandle | null = null;
  #syncedAt = 0;

  /** @param folder where journals are kept */
  constructor(folder: string, key: JournalKey) {
    const { sha256, spec, activation, preprocessing, precision, version } = key;
    const known = JSON.stringify([key.folder, sha256, spec, activation, preprocessing, precision, version]);
    this.path = join(folder, `${createHash('sha256').update(known).digest('hex').slice(0, 32)}.jsonl`);
  }

  /** Forgets what was measured. */
  async clear(): Promise<void> {
    await this.#work(() => rm(this.path, { force: true }));
  }

  /** In the order of writing; nothing where there is no journal. @throws EvaluationError `journal-unreadable` */
  async *entries(): AsyncGenerator<JournalEntry> {
    let file: FileHandle;
    try {
      file = await open(this.path, 'r');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      throw this.#failure('journal-unreadable', error);
    }
    try {
      for await (const line of file.readLines({ encoding: 'utf8', autoClose: false })) {
        const entry = parseEntry(line);
        if (entry !== null) yield entry;
      }
    } catch (error) {
      throw error instanceof EvaluationError ? error : this.#failure('journal-unreadable', error);
    } finally {
      await file.close();
    }
  }

  /** @throws EvaluationError `journal-unwritable` */
  async append(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#work(async () => {
      this.#file ??= await this.#open();
      await this.#file.appendFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      const now = performance.now();
      if (now - this.#syncedAt < SYNC_EVERY_MS) return;
      await this.#file.datasync();
      this.#syncedAt = now;
    });
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (file === null) return;
    await this.#work(async () => {
      try {
        await file.datasync();
      } finally {
        await file.close();
      }
    });
  }

  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const file = await open(this.path, 'a+', 0o600);
    const { size } = await file.stat();
    // Half a line is made a line of its own, so that nothing is appended to it.
    if (size > 0) {
      const { buffer } = await file.read(new Uint8Array(1), 0, 1, size - 1);
      if (buffer[0] !== '\n'.charCodeAt(0)) await file.appendFile('\n');
    }
    this.#syncedAt = performance.now();
    return file;
  }

  async #work(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw this.#failure('journal-unwritable', error);
    }
  }

  #failure(code: 'journal-unreadable' | 'journal-unwritable', cause: unknown): EvaluationError {
    const reason = reasonOf(cause);
    const trouble = code === 'journal-unreadable' ? 'earlier results cannot be read' : 'results cannot be kept';
    return new EvaluationError(code, `${this.path}: ${trouble} (${reason}).`, { cause });
  }
}

function parseEntry(line: string): JournalEntry | null {
  try {
    return journalEntrySchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
