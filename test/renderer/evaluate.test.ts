import { beforeEach, describe, expect, test } from 'vitest';
import { CancelledError, EngineError } from '../../models/errors.ts';
import type { PictureAnswer } from '../../models/evaluation/evaluate-pictures.ts';
import type { JournalEntry } from '../../models/evaluation/journal-entry.ts';
import type { Engine } from '../../renderer/engine/engine.ts';
import type { Classification, EngineCall, EngineCalls } from '../../renderer/engine/protocol.ts';
import { engineAnswers } from '../../renderer/evaluate/engine-answers.ts';
import type { EvaluationStorage } from '../../renderer/evaluate/evaluation-database.ts';
import { type EvaluationFlow, evaluationFlow } from '../../renderer/evaluate/evaluation-flow.ts';
import { type EvaluationRecord, isFinished, reportOf } from '../../renderer/evaluate/evaluation-record.ts';
import { JobSize } from '../../renderer/evaluate/job-size.ts';
import { chosenFolder, type PictureFolder } from '../../renderer/evaluate/picture-folder.ts';
import type { Turns } from '../../renderer/evaluate/turns.ts';
import { classRows, FIRST_ORDER, sortClasses } from '../../renderer/screens/evaluate/class-rows.ts';
import { EMPTY_DRAFT, recordById, useEvaluate } from '../../renderer/stores/evaluate.ts';
import { useModel } from '../../renderer/stores/model.ts';
import { analysis, ENTRY, REPORT, settled } from './fake-engine.ts';
import { FakeLibrary } from './fake-library.ts';

const LABELS = ['bee', 'crab', 'fox'];
const running = new AbortController().signal;

/** A picture's content says what the engine answers: the class, or what goes wrong. */
function folderOf(contents: Readonly<Record<string, string>>, name = 'set'): PictureFolder {
  const files = Object.entries(contents).map(([path, text]) => {
    const file = new File([text], path.slice(path.lastIndexOf('/') + 1), { lastModified: 1000 });
    return Object.defineProperty(file, 'webkitRelativePath', { value: `${name}/${path}` });
  });
  return chosenFolder(files)!;
}

/** Answers from the content of the files; counts who was asked for. */
class ReadingEngine implements Engine {
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
class MemoryStorage implements EvaluationStorage {
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
class OtherWindows implements Turns {
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

describe('answers of the engine', () => {
  const work = (engine: Engine, contents: Readonly<Record<string, string>>) => {
    const folder = folderOf(contents);
    const images = folder.pictures.map((path) => ({ path, truth: 0 }));
    return { engine, model: ENTRY as never, images, files: folder.files, signal: running };
  };
  const all = async (run: AsyncIterable<readonly PictureAnswer[]>) => {
    const answers: PictureAnswer[] = [];
    for await (const some of run) answers.push(...some);
    return answers;
  };
  const many = (count: number, special: Readonly<Record<number, string>> = {}) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`bee/${String(at).padStart(3, '0')}.png`, special[at] ?? 'bee']),
    );

  test('another precision than is measured ends it', async () => {
    const asked = { ...work(new ReadingEngine(), many(2)), model: { ...ENTRY, precision: 'int8' } as never };
    const run = all(engineAnswers(asked, [0, 1]));
    await expect(run).rejects.toThrow(/was measured in 8-bit integer, and the engine now runs it in 32-bit float/);
  });

  test('come for each picture once, in jobs that the lane can bear', async () => {
    const engine = new ReadingEngine();
    const answers = await all(
      engineAnswers(
        work(engine, many(60)),
        Array.from({ length: 60 }, (_, at) => at),
      ),
    );
    expect(answers.map(({ index }) => index)).toEqual(Array.from({ length: 60 }, (_, at) => at));
    expect(engine.jobs[0]).toBe(1);
    expect(Math.max(...engine.jobs)).toBeLessThanOrEqual(16);
  });

  test('say of a picture on which the engine dies that it did, and go on with the others', async () => {
    const engine = new ReadingEngine();
    const answers = await all(engineAnswers(work(engine, many(20, { 9: 'deadly' })), [...Array(20).keys()]));
    expect(answers).toHaveLength(20);
    expect(answers[9]!.outcome).toMatchObject({ code: 'engine-crashed', isPassing: true });
    expect(answers.filter(({ outcome }) => outcome instanceof Float32Array)).toHaveLength(19);
  });

  test('end where the engine dies on one after the other', async () => {
    const deadly = Object.fromEntries([...Array(9).keys()].map((at) => [at, 'deadly']));
    const run = all(engineAnswers(work(new ReadingEngine(), many(9, deadly)), [...Array(9).keys()]));
    await expect(run).rejects.toMatchObject({ code: 'engine-crashed' });
  });

  test('end where the model gives no numbers', async () => {
    const run = all(engineAnswers(work(new ReadingEngine(), many(2, { 1: 'NaN' })), [0, 1]));
    await expect(run).rejects.toMatchObject({ code: 'not-finite' });
  });

  test('tell a file that is gone, without keeping that', async () => {
    const { files: _, ...rest } = work(new ReadingEngine(), many(1));
    const [answer] = await all(engineAnswers({ ...rest, files: new Map() }, [0]));
    expect(answer!.outcome).toMatchObject({ code: 'image-unreadable', isPassing: true });
  });
});

test.each([
  { took: [[100, 1]], pictures: 2 },
  {
    took: [
      [100, 1],
      [200, 2],
    ],
    pictures: 4,
  },
  { took: [[5000, 1]], pictures: 1 },
  { took: Array.from({ length: 9 }, (_, step) => [1, 2 ** Math.min(step, 4)]), pictures: 16 },
])('a job of the engine stays short: $pictures pictures', ({ took, pictures }) => {
  const size = new JobSize();
  for (const [ms, done] of took) size.took(ms!, done!);
  expect(size.pictures).toBe(pictures);
});

describe('an evaluation', () => {
  let engine: ReadingEngine;
  let storage: MemoryStorage;
  let flow: EvaluationFlow;
  let turns: OtherWindows;
  const PICTURES = {
    'bee/0.png': 'bee',
    'bee/1.png': 'fox',
    'bee/2.png': 'broken',
    'crab/0.png': 'crab',
    'crab/1.png': 'crab',
    'fox/0.png': 'fox',
    'fox/1.png': 'fox',
    'owl/0.png': 'fox',
    '.hidden/0.png': 'fox',
    'notes.txt': 'nothing',
  };

  const openFlow = async () => {
    useEvaluate.setState({
      records: null,
      shown: null,
      draft: EMPTY_DRAFT,
      run: null,
      stopped: {},
      elsewhere: new Set(),
      folders: {},
    });
    turns = new OtherWindows();
    flow = evaluationFlow({ engine, library: new FakeLibrary().contract, database: storage, turns, version: '1' });
    await settled();
  };
  const ended = async () => {
    for (let turn = 0; turn < 100 && useEvaluate.getState().run !== null; turn++) await settled();
  };
  const shown = () => recordById(useEvaluate.getState().shown)!;
  const begin = async (folder = folderOf(PICTURES)) => {
    await flow.takeFolder(folder);
    if (!useEvaluate.getState().draft.models.includes('tiny')) flow.draft.toggleModel('tiny');
    await settled();
    void flow.start();
    await settled();
  };

  beforeEach(async () => {
    engine = new ReadingEngine();
    storage = new MemoryStorage();
    useModel.setState({
      shipped: [{ ...ENTRY, id: 'tiny', labels: LABELS, weightsUrl: `data:application/octet-stream;base64,AAAA` }],
    });
    await openFlow();
  });

  test('says what the labels mean before it runs', async () => {
    await flow.takeFolder(folderOf(PICTURES));
    flow.draft.toggleModel('tiny');
    await settled();
    const { folder, understood } = useEvaluate.getState().draft;
    expect(folder).toMatchObject({ name: 'set', others: 1 });
    expect(folder!.pictures).toHaveLength(8);
    expect(understood.tiny).toMatchObject({
      kind: 'read',
      numClasses: 3,
      labelling: { labels: { total: 4, matched: 3 }, problems: [{ kind: 'unknown-label', folder: 'owl', count: 1 }] },
    });
  });

  test('counts, and lists what is broken', async () => {
    await begin();
    await ended();
    const [report] = reportOf(shown()).models;
    expect(report).toMatchObject({
      labelled: 7,
      top1: { correct: 5, of: 6 },
      top5: { correct: 6, of: 6 },
      broken: [{ path: 'bee/2.png', code: 'image-broken' }],
      confusions: { pairs: 1, listed: [{ truth: { name: 'bee' }, predicted: { name: 'fox' }, images: ['bee/1.png'] }] },
    });
    expect(await flow.rows(shown())).toHaveLength(7);
  });

  test('pauses and goes on without asking twice', async () => {
    engine.onJob = () => {
      if (engine.jobs.length === 3) flow.pause();
    };
    await begin();
    await ended();
    expect(isFinished(shown())).toBe(false);
    const before = [...engine.asked];
    expect(before.length).toBeGreaterThan(0);
    expect(shown().models[0]!.done).toBe(before.length);
    engine.onJob = () => {};
    await flow.resume(shown().id);
    expect(isFinished(shown())).toBe(true);
    expect([...engine.asked].sort()).toEqual([...new Set(engine.asked)].sort());
    expect(engine.asked).toHaveLength(7);
    expect(useEvaluate.getState().stopped).toEqual({});
  });

  test('goes on after a restart once its folder is there again, and gives the same report', async () => {
    await begin();
    await ended();
    const whole = reportOf(shown());

    storage = new MemoryStorage();
    engine = new ReadingEngine();
    await openFlow();
    engine.onJob = () => {
      if (engine.jobs.length === 2) flow.pause();
    };
    await begin();
    await ended();
    const { id } = shown();
    const asked = engine.asked.length;
    engine.onJob = () => {};

    await openFlow();
    useEvaluate.setState({ shown: id });
    await flow.attach(id, folderOf(PICTURES, 'other'));
    expect(useEvaluate.getState().stopped[id]?.message).toContain('other is another one');
    await flow.attach(id, folderOf({ ...PICTURES, 'crab/0.png': 'crab' }));
    expect(reportOf(shown())).toEqual(whole);
    expect(engine.asked).toHaveLength(7);
    expect(asked).toBeLessThan(7);
  });

  describe('that another window is at', () => {
    const half = async () => {
      engine.onJob = () => {
        if (engine.jobs.length === 2) flow.pause();
      };
      await begin();
      await ended();
      engine.onJob = () => {};
      return shown().id;
    };

    test('is not measured here as well, and can be once that window is gone', async () => {
      const id = await half();
      const asked = engine.asked.length;
      turns.busy.add(id);
      void flow.resume(id);
      await settled();
      expect(useEvaluate.getState()).toMatchObject({ run: null, elsewhere: new Set([id]) });
      expect(engine.asked).toHaveLength(asked);
      turns.end(id);
      await settled();
      expect(useEvaluate.getState().elsewhere.size).toBe(0);
      await flow.resume(id);
      expect(isFinished(shown())).toBe(true);
      expect(engine.asked).toHaveLength(7);
    });

    test('shows here what is measured there, and what is removed there ends here', async () => {
      const id = await half();
      turns.busy.add(id);
      await storage.change(id, (record) => ({ ...record, models: [{ ...record.models[0]!, done: 6 }] }));
      storage.tell(id);
      await settled();
      expect(shown().models[0]!.done).toBe(6);
      expect(useEvaluate.getState().elsewhere.has(id)).toBe(true);
      turns.end(id);
      await settled();
      engine.onJob = () => {
        engine.onJob = () => {};
        void storage.change(id, (record) => ({ ...record, removed: true })).then(() => storage.tell(id));
      };
      await flow.resume(id);
      expect(shown().removed).toBe(true);
      expect(isFinished(shown())).toBe(false);
    });

    test('keeps what both windows change', async () => {
      const id = await half();
      await storage.change(id, (record) => ({ ...record, folder: { ...record.folder, pictures: 99 } }));
      await flow.remove(id);
      expect(await storage.record(id)).toMatchObject({ removed: true, folder: { pictures: 99 } });
      turns.isAlone = false;
      const stillOpen = turns;
      flow = evaluationFlow({
        engine,
        library: new FakeLibrary().contract,
        database: storage,
        turns: stillOpen,
        version: '1',
      });
      await settled();
      // The other window may still take it back.
      expect(await storage.record(id)).not.toBeNull();
      await openFlow();
      expect(await storage.record(id)).toBeNull();
    });
  });

  test('measures a file again that has changed', async () => {
    await begin();
    await ended();
    engine.asked.length = 0;
    await begin(folderOf({ ...PICTURES, 'bee/1.png': 'bee, but longer' }));
    await ended();
    expect(engine.asked).toEqual(['bee/1.png']);
  });

  test('stops at what the engine cannot do, says so, and can be gone on with', async () => {
    await begin(folderOf({ 'bee/0.png': 'bee', 'bee/1.png': 'NaN' }));
    await ended();
    expect(useEvaluate.getState().stopped[shown().id]).toMatchObject({ code: 'not-finite' });
    expect(isFinished(shown())).toBe(false);
  });

  test('that is removed comes back, and is gone for good after a restart', async () => {
    await begin();
    await ended();
    const { id } = shown();
    await flow.remove(id);
    expect(useEvaluate.getState().shown).toBeNull();
    await flow.undoRemove(id);
    expect(shown()).toMatchObject({ id, removed: false });
    await flow.remove(id);
    await openFlow();
    expect(useEvaluate.getState().records).toEqual([]);
    expect([...storage.evaluations.keys(), ...storage.answers.keys()]).toEqual([]);
  });
});

test('classes stand side by side, the weakest first, and those without a number last', () => {
  const share = (correct: number, of: number) => ({ correct, of, value: correct / of, low: 0, high: 1 });
  const report = (classes: readonly (readonly [number, string, number, number])[]) =>
    ({
      classes: classes.map(([index, name, correct, of]) => ({
        index,
        name,
        wnid: null,
        count: of,
        top1: share(correct, of),
        top5: share(of, of),
      })),
    }) as never;
  const rows = classRows([
    report([
      [0, 'bee', 3, 4],
      [1, 'crab', 1, 4],
    ]),
    report([
      [1, 'crab', 4, 5],
      [2, 'fox', 0, 2],
    ]),
  ]);
  const names = (order: typeof FIRST_ORDER) => sortClasses(rows, order).map(({ name }) => name);
  expect(names(FIRST_ORDER)).toEqual(['crab', 'bee', 'fox']);
  expect(names({ by: 'top1', model: 1, descending: true })).toEqual(['crab', 'fox', 'bee']);
  expect(names({ by: 'count', model: 0, descending: true })).toEqual(['crab', 'bee', 'fox']);
  expect(rows.find(({ name }) => name === 'crab')?.scores.map((score) => score?.top1.correct)).toEqual([1, 4]);
});
