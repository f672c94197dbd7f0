import type { PictureResult } from './picture-result.ts';

/** One model's answer to one file, as it is kept between sessions. */
export interface JournalRecord {
  /** {@link modelKey} */
  readonly model: string;
  /** {@link fileKey} */
  readonly file: string;
  readonly path: string;
  /** The start of the session in which it was seen last, in milliseconds since 1970. */
  readonly session: number;
  /** Its place in that session's tray. */
  readonly place: number;
  readonly result: PictureResult;
}

/** The records of one session, in the order of its tray. */
export interface Session {
  readonly at: number;
  readonly records: readonly JournalRecord[];
}

/** Results that survive the session. What cannot be read of them (older versions, torn writes) is left out. */
export interface Journal {
  /** Every model's answers to these files, by file. */
  readonly find: (files: readonly string[]) => Promise<ReadonlyMap<string, readonly JournalRecord[]>>;
  readonly keep: (records: readonly JournalRecord[]) => Promise<void>;
  /** The latest session before the one that began at `before`; null where there is none. */
  readonly lastSession: (before: number) => Promise<Session | null>;
  readonly thumbnail: (file: string) => Promise<Blob | null>;
  readonly keepThumbnail: (file: string, thumbnail: Blob) => Promise<void>;
  /** Forgets everything. */
  readonly clear: () => Promise<void>;
}

/** Keeps nothing: for browsers without a store, and for tests of what stands above it. */
export const NO_JOURNAL: Journal = {
  find: async () => new Map(),
  keep: async () => {},
  lastSession: async () => null,
  thumbnail: async () => null,
  keepThumbnail: async () => {},
  clear: async () => {},
};
