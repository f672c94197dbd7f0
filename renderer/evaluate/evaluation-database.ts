import type { DBSchema, IDBPDatabase } from 'idb';
import { EvaluationError, reasonOf } from '../../models/errors.ts';
import {
  type EvaluationJournal,
  type JournalEntry,
  journalEntrySchema,
} from '../../models/evaluation/journal-entry.ts';
import { lazyDatabase } from '../storage/open-database.ts';
import { type EvaluationRecord, evaluationRecordSchema } from './evaluation-record.ts';

const NAME = 'cvt-lens-evaluations';
const VERSION = 1;
/** Carries the ids of evaluations that another window has changed. */
const CHANGES = 'cvt-lens-evaluations';
/** Answers that are read from a journal at once. */
const READ_AT_ONCE = 2000;

interface Schema extends DBSchema {
  evaluations: { key: string; value: EvaluationRecord };
  /** By journal and path, so that a picture that is measured again takes its old answer's place. */
  answers: { key: [journal: string, path: string]; value: JournalEntry };
  /** A model's lines of the CSV report, by evaluation and model. */
  rows: { key: [evaluation: string, model: string]; value: readonly string[] };
}

/**
 * Evaluations and what they have measured, in the browser's own database. Every write is whole or not at all, so that nothing
 * is half-written after a crash; every change is made to what is there by then, so that no window undoes another's.
 */
export class EvaluationDatabase {
  readonly #changes = new BroadcastChannel(CHANGES);
  readonly #open = lazyDatabase<Schema>(NAME, VERSION, (database) => {
    for (const store of ['evaluations', 'answers', 'rows'] as const) database.createObjectStore(store);
  });

  /** The latest first; what cannot be read is left out. @throws EvaluationError `journal-unreadable` */
  async records(): Promise<readonly EvaluationRecord[]> {
    const all = await this.#read((database) => database.getAll('evaluations'));
    const records = all
      .map((value) => evaluationRecordSchema.safeParse(value).data)
      .filter((each) => each !== undefined);
    return records.sort((a, b) => b.begun - a.begun);
  }

  /** Null where it is gone, or cannot be read any more. @throws EvaluationError `journal-unreadable` */
  async record(id: string): Promise<EvaluationRecord | null> {
    const value = await this.#read((database) => database.get('evaluations', id));
    return evaluationRecordSchema.safeParse(value).data ?? null;
  }

  /** A new one. @throws EvaluationError `journal-unwritable` */
  async save(record: EvaluationRecord): Promise<void> {
    await this.#write((database) => database.put('evaluations', record, record.id));
    this.#changes.postMessage(record.id);
  }

  /** Makes a change to what is kept; null where that is gone. @throws EvaluationError `journal-unwritable` */
  async change(id: string, update: (record: EvaluationRecord) => EvaluationRecord): Promise<EvaluationRecord | null> {
    const changed = await this.#write(async (database) => {
      const transaction = database.transaction('evaluations', 'readwrite');
      const record = evaluationRecordSchema.safeParse(await transaction.store.get(id)).data;
      const next = record ? update(record) : null;
      if (next) await transaction.store.put(next, id);
      await transaction.done;
      return next;
    });
    if (changed) this.#changes.postMessage(id);
    return changed;
  }

  /** Calls `listener` with the id of each evaluation that another window changes or forgets; the answer ends it. */
  follow(listener: (id: string) => void): () => void {
    const heard = ({ data }: MessageEvent<unknown>): void => {
      if (typeof data === 'string') listener(data);
    };
    this.#changes.addEventListener('message', heard);
    return () => this.#changes.removeEventListener('message', heard);
  }

  /** @throws EvaluationError `journal-unwritable` */
  async saveRows(evaluation: string, model: string, rows: readonly string[]): Promise<void> {
    await this.#write((database) => database.put('rows', rows, [evaluation, model]));
  }

  /** Nothing where the model is not measured yet. @throws EvaluationError `journal-unreadable` */
  async rows(evaluation: string, model: string): Promise<readonly string[]> {
    return (await this.#read((database) => database.get('rows', [evaluation, model]))) ?? [];
  }

  /** Deletes an evaluation for good. @param journals of it that no other evaluation has */
  async forget(id: string, journals: readonly string[]): Promise<void> {
    await this.#write(async (database) => {
      await database.delete('evaluations', id);
      await database.delete('rows', within(id));
      for (const journal of journals) await database.delete('answers', within(journal));
    });
    this.#changes.postMessage(id);
  }

  journal(name: string): EvaluationJournal {
    // Without it a browser that runs out of space may drop what took hours.
    navigator.storage.persist().catch(() => false);
    return {
      entries: () => this.#entries(name),
      append: async (entries) => {
        if (entries.length === 0) return;
        await this.#write(async (database) => {
          const transaction = database.transaction('answers', 'readwrite');
          for (const entry of entries) void transaction.store.put(entry, [name, entry.path]);
          await transaction.done;
        });
      },
      close: async () => {},
    };
  }

  async *#entries(name: string): AsyncGenerator<JournalEntry> {
    let range = within(name);
    for (;;) {
      const some = await this.#read(async (database) => {
        const transaction = database.transaction('answers');
        const [keys, values] = await Promise.all([
          transaction.store.getAllKeys(range, READ_AT_ONCE),
          transaction.store.getAll(range, READ_AT_ONCE),
        ]);
        return { last: keys.at(-1), values };
      });
      for (const value of some.values) {
        const entry = journalEntrySchema.safeParse(value);
        if (entry.success) yield entry.data;
      }
      if (some.last === undefined || some.values.length < READ_AT_ONCE) return;
      range = IDBKeyRange.bound(some.last, [name, []], true);
    }
  }

  async #read<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (error) {
      const message = `The browser would not give back what was measured (${reasonOf(error)}). Reload the page, or allow it to store data.`;
      throw new EvaluationError('journal-unreadable', message, { cause: error });
    }
  }

  async #write<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (error) {
      const message = `The browser would not keep results (${reasonOf(error)}). Free some space, or allow this page to store data.`;
      throw new EvaluationError('journal-unwritable', message, { cause: error });
    }
  }
}

/** What evaluations are kept in, so that tests can stand one in. */
export type EvaluationStorage = Pick<EvaluationDatabase, keyof EvaluationDatabase>;

/** All keys that begin with this word: an array sorts behind every string. */
function within(first: string): IDBKeyRange {
  return IDBKeyRange.bound([first], [first, []]);
}
