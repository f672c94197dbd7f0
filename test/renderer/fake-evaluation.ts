import { CancelledError, EngineError } from '../../models/errors.ts';
import type { JournalEntry } from '../../models/evaluation/journal-entry.ts';
import type { Engine } from '../../renderer/engine/engine.ts';
import type { Classification, EngineCall, EngineCalls } from '../../renderer/engine/protocol.ts';
import type { EvaluationStorage } from '../../renderer/evaluate/evaluation-database.ts';
import type { EvaluationRecord } from '../../renderer/evaluate/evaluation-record.ts';
import { chosenFolder, type PictureFolder } from '../../renderer/evaluate/picture-folder.ts';
import type { Turns } from '../../renderer/evaluate/turns.ts';
import { analysis, REPORT } from './fake-engine.ts';

export const LABELS = ['bee', 'crab', 'fox'];

/** A picture's content says what the engine answers: the class, or what goes wrong. */
export function folderOf(contents: Readonly<Record<string, string>>, name = 'set'): PictureFolder {
  const files = Object.entries(contents).map(([path, text]) => {
    const file = new File([text], path.slice(path.lastIndexOf('/') + 1), { lastModified: 1000 });
    return Object.defineProperty(file, 'webkitRelativePath', { value: `${name}/${path}` });
  });
  return chosenFolder(files)!;
}

/** Answers from the content of the files; counts who was asked for. */
export class ReadingEngine implements Engine {
  readonly asked: string[] = [];
  readonly jobs: number[] = [];
  /** Called before each job is answered. */
  onJob: () => void = () => {};

  async call<Call extends EngineCall>(
    call: Call,
    argument: EngineCalls[Call]['argument'],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<EngineCalls[Call]['answer']> {
    if (call === 'prepare') return { ...REPORT, numClasses: LABELS.length } as EngineCalls[Call]['answer'];
    const { pictures } = argument as EngineCalls['classify']['argument'];
    this.jobs.push(pictures.length);
    const { window } = analysis('any');
    const texts = await Promise.all(pictures.map(({ bytes }) => bytes.text()));
    this.onJob();
    if (options.signal?.aborted) throw new CancelledError();
    if (texts.includes('deadly')) throw new EngineError('engine-crashed', 'The runtime stopped.');
    this.asked.push(...pictures.map(({ name }) => name));
    const answers: readonly Classification[] = texts.map((text, place) => {
      if (text === 'broken')
        return { kind: 'failed', error: { name: 'ImageError', code: 'image-broken', message: pictures[place]!.name } };
      if (text === 'NaN')
        return { kind: 'failed', error: { name: 'CheckpointError', code: 'not-finite', message: 'Not a number.' } };
      const logits = Float32Array.from(LABELS, (label) => (label === text ? 3 : 0));
      return { kind: 'done', logits, probabilities: logits, window, precision: 'fp32' };
    });
    return answers as EngineCalls[Call]['answer'];
  }

  onState = () => () => {};
  close = () => {};
}

/** The browser's database, as far as a test needs one: what is put in comes out as it was. */
export class MemoryStorage implements EvaluationStorage {
  readonly evaluations = new Map<string, EvaluationRecord>();
  readonly answers = new Map<string, Map<string, JournalEntry>>();
  readonly csv = new Map<string, readonly string[]>();

  records = async () => [...this.evaluations.values()];
  save = async (record: EvaluationRecord) => void this.evaluations.set(record.id, structuredClone(record));
  record = async (id: string) => structuredClone(this.evaluations.get(id) ?? null);
  change = async (id: string, update: (record: EvaluationRecord) => EvaluationRecord) => {
    const record = await this.record(id);
    const next = record && update(record);
    if (next) await this.save(next);
    return next;
  };
  /** Tells the window under test that another one has changed something. */
  tell: (id: string) => void = () => {};
  follow = (listener: (id: string) => void) => {
    this.tell = listener;
    return () => {};
  };
  saveRows = async (id: string, model: string, rows: readonly string[]) => void this.csv.set(`${id} ${model}`, rows);
  rows = async (id: string, model: string) => this.csv.get(`${id} ${model}`) ?? [];
  forget = async (id: string, journals: readonly string[]) => {
    this.evaluations.delete(id);
    for (const journal of journals) this.answers.delete(journal);
  };
  journal = (name: string) => {
    const own = this.answers.get(name) ?? new Map<string, JournalEntry>();
    this.answers.set(name, own);
    return {
      async *entries() {
        yield* [...own.values()];
      },
      append: async (entries: readonly JournalEntry[]) => {
        for (const entry of entries) own.set(entry.path, entry);
      },
      close: async () => {},
    };
  };
}

/** What other windows are at, as a test says. */
export class OtherWindows implements Turns {
  readonly busy = new Set<string>();
  isAlone = true;
  #free: (() => void)[] = [];

  alone = async (name: string, work: () => Promise<void>) => {
    if (this.busy.has(name)) return false;
    await work();
    return true;
  };
  isTaken = async (name: string) => this.busy.has(name);
  whenFree = (_name: string) => new Promise<void>((resolve) => this.#free.push(resolve));
  open = async (first: () => Promise<void>) => {
    if (this.isAlone) await first();
  };

  end(name: string): void {
    this.busy.delete(name);
    for (const resolve of this.#free.splice(0)) resolve();
  }
}
