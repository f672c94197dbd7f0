import type { DBSchema, IDBPDatabase } from 'idb';
import { EvaluationError } from '../../models/errors.ts';
import {
  type EvaluationJournal,
  type JournalEntry,
  journalEntrySchema,
} from '../../models/evaluation/journal-entry.ts';
import { lazyDatabase } from '../storage/open-database.ts';
import { type EvaluationRecord, evaluationRecordSchema } from './evaluation-record.ts';

const NAME = 'cvt-lens-evaluations';
const VERSION = 1;
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
 * is half-written after a crash.
 */
export class EvaluationDatabase {
  readonly #open = lazyDatabase<Schema>(NAME, VERSION, (database) => {
    for (const store of ['evaluations', 'answers', 'rows'] as const) database.createObjectStore(store);
  });

  /** The latest first; what cannot be read is left out. @throws EvaluationError `journal-unwritable` */
  async records(): Promise<readonly EvaluationRecord[]> {
    const all = await this.#work((database) => database.getAll('evaluations'));
    const records = all
      .map((value) => evaluationRecordSchema.safeParse(value).data)
      .filter((each) => each !== undefined);
    return records.sort((a, b) => b.begun - a.begun);
  }

  /** @throws EvaluationError `journal-unwritable` */
  async save(record: EvaluationRecord): Promise<void> {
    await this.#work((database) => database.put('evaluations', record, record.id));
  }

  async saveRows(evaluation: string, model: string, rows: readonly string[]): Promise<void> {
    await this.#work((database) => database.put('rows', rows, [evaluation, model]));
  }

  /** Nothing where the model is not measured yet. */
  async rows(evaluation: string, model: string): Promise<readonly string[]> {
    return (await this.#work((database) => database.get('rows', [evaluation, model]))) ?? [];
  }

  /** Deletes an evaluation for good. @param journals of it that no other evaluation has */
  async forget(id: string, journals: readonly string[]): Promise<void> {
    await this.#work(async (database) => {
      await database.delete('evaluations', id);
      await database.delete('rows', within(id));
      for (const journal of journals) await database.delete('answers', within(journal));
    });
  }

  journal(name: string): EvaluationJournal {
    // Without it a browser that runs out of space may drop what took hours.
    navigator.storage.persist().catch(() => false);
    return {
      entries: () => this.#entries(name),
      append: async (entries) => {
        if (entries.length === 0) return;
        await this.#work(async (database) => {
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
      const some = await this.#work(async (database) => {
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

  async #work<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `The browser would not keep or give back results (${reason}). Free some space, or allow this page to store data.`;
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
