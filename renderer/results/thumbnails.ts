import type { Journal } from './journal.ts';

/** Kept beside those on the screen: a few screens of the overview, some 4 KB each. */
export const KEPT_THUMBNAILS = 600;
/** Pictures that are decoded at a time, each whole. */
const AT_ONCE = 2;

/** Where thumbnails come from: the tiles near the view ask, and let go when they leave it. */
export interface Thumbnails {
  /**
   * Calls back once the thumbnail is there; the answer ends the interest. What nobody waits for any more is not made.
   * @param key {@link fileKey}
   * @param make null where there is no picture to make it from, only what the journal may have kept
   */
  readonly want: (key: string, make: (() => Promise<Blob | null>) | null, listener: () => void) => () => void;
  /** An object URL; null until it is there. */
  readonly url: (key: string) => string | null;
}

interface Entry {
  url: string | null;
  /** Failed or missing, it is not tried again. */
  settled: boolean;
  make: (() => Promise<Blob | null>) | null;
  readonly listeners: Set<() => void>;
}

export function thumbnails(journal: Pick<Journal, 'thumbnail' | 'keepThumbnail'>): Thumbnails {
  /** The one that was let go of longest ago in front. */
  const entries = new Map<string, Entry>();
  const waiting: string[] = [];
  let making = 0;

  const next = () => {
    while (making < AT_ONCE) {
      // What came into view last is what is looked at now.
      const key = waiting.pop();
      if (key === undefined) return;
      const entry = entries.get(key);
      if (!entry || entry.settled || entry.listeners.size === 0) continue;
      making += 1;
      void fill(key, entry).finally(() => {
        making -= 1;
        next();
      });
    }
  };

  const fill = async (key: string, entry: Entry) => {
    const stored = await journal.thumbnail(key).catch(() => null);
    const blob = stored ?? (await entry.make?.().catch(() => null)) ?? null;
    entry.settled = true;
    if (blob) entry.url = URL.createObjectURL(blob);
    // Worth a try: without it, it is made again the next time.
    if (blob && !stored) journal.keepThumbnail(key, blob).catch(() => {});
    for (const listener of entry.listeners) listener();
    release();
  };

  /** Lets go of what was seen longest ago. */
  const release = () => {
    let over = entries.size - KEPT_THUMBNAILS;
    for (const [key, entry] of entries) {
      if (over <= 0) break;
      if (entry.listeners.size > 0) continue;
      if (entry.url) URL.revokeObjectURL(entry.url);
      entries.delete(key);
      over -= 1;
    }
  };

  return {
    url: (key) => entries.get(key)?.url ?? null,
    want: (key, make, listener) => {
      const entry = entries.get(key) ?? { url: null, settled: false, make, listeners: new Set() };
      entries.set(key, entry);
      // It can be made now, from a picture that came after its stored result was shown.
      if (make && !entry.make) Object.assign(entry, { make, settled: entry.url !== null });
      entry.listeners.add(listener);
      if (!entry.settled) waiting.push(key);
      next();
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size > 0 || entries.get(key) !== entry) return;
        entries.delete(key);
        entries.set(key, entry);
        release();
      };
    },
  };
}
