import type { DBSchema, IDBPDatabase } from 'idb';
import { z } from 'zod';
import type { Journal, JournalRecord, Session } from '../results/journal.ts';
import { pictureResultSchema } from '../results/picture-result.ts';
import { lazyDatabase } from './open-database.ts';

/** Above this many the records of the oldest sessions are let go: some 50 MB. */
export const MOST_RECORDS = 100_000;
/** Some 4 KB each. */
const MOST_THUMBNAILS = 10_000;

interface Schema extends DBSchema {
  results: { key: [model: string, file: string]; value: unknown; indexes: { file: string; session: number } };
  thumbnails: { key: string; value: unknown };
}

const recordSchema: z.ZodType<JournalRecord> = z.object({
  model: z.string(),
  file: z.string(),
  path: z.string().min(1),
  session: z.number(),
  place: z.int().nonnegative(),
  result: pictureResultSchema,
});

/** The journal in the browser's IndexedDB. Its calls reject where the browser gives no storage or no more of it. */
export function resultsJournal(): Journal {
  const open = lazyDatabase<Schema>('cvt-lens-results', 1, (database) => {
    const results = database.createObjectStore('results', { keyPath: ['model', 'file'] });
    results.createIndex('file', 'file');
    results.createIndex('session', 'session');
    database.createObjectStore('thumbnails');
  });

  return {
    find: async (files) => {
      const index = (await open()).transaction('results').store.index('file');
      const found = await Promise.all(
        files.map(async (file) => [file, readRecords(await index.getAll(file))] as const),
      );
      return new Map(found);
    },
    keep: async (records) => {
      const transaction = (await open()).transaction('results', 'readwrite');
      await Promise.all([...records.map((record) => transaction.store.put(record)), transaction.done]);
    },
    lastSession: async (before) => {
      const database = await open();
      await prune(database);
      return lastSession(database, before);
    },
    thumbnail: async (file) => {
      const blob = await (await open()).get('thumbnails', file);
      return blob instanceof Blob ? blob : null;
    },
    keepThumbnail: async (file, thumbnail) => {
      await (await open()).put('thumbnails', thumbnail, file);
    },
    clear: async () => {
      const transaction = (await open()).transaction(['results', 'thumbnails'], 'readwrite');
      await Promise.all([
        transaction.objectStore('results').clear(),
        transaction.objectStore('thumbnails').clear(),
        transaction.done,
      ]);
    },
  };
}

async function lastSession(database: IDBPDatabase<Schema>, before: number): Promise<Session | null> {
  const index = database.transaction('results').store.index('session');
  const cursor = await index.openKeyCursor(IDBKeyRange.upperBound(before, true), 'prev');
  if (!cursor) return null;
  const records = readRecords(await index.getAll(cursor.key));
  return records.length === 0 ? null : { at: cursor.key, records: [...records].sort((a, b) => a.place - b.place) };
}

/** Lets go of what lies longest. */
async function prune(database: IDBPDatabase<Schema>): Promise<void> {
  const transaction = database.transaction(['results', 'thumbnails'], 'readwrite');
  const results = transaction.objectStore('results');
  let over = (await results.count()) - MOST_RECORDS;
  for (let cursor = await results.index('session').openCursor(); cursor && over > 0; over -= 1) {
    await cursor.delete();
    cursor = await cursor.continue();
  }
  // They are made again from the pictures, so that it is not worth knowing which of them were seen last.
  const thumbnails = transaction.objectStore('thumbnails');
  if ((await thumbnails.count()) > MOST_THUMBNAILS) await thumbnails.clear();
  await transaction.done;
}

/** What of `values` can still be understood. */
export function readRecords(values: readonly unknown[]): readonly JournalRecord[] {
  return values.flatMap((value) => {
    const { success, data } = recordSchema.safeParse(value);
    return success ? [data] : [];
  });
}
