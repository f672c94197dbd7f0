import { beforeEach, describe, expect, test } from 'vitest';
import { type EvaluationFlow, evaluationFlow } from '../../renderer/evaluate/evaluation-flow.ts';
import { isFinished, reportOf } from '../../renderer/evaluate/evaluation-record.ts';
import { classRows, FIRST_ORDER, sortClasses } from '../../renderer/screens/evaluate/class-rows.ts';
import { EMPTY_DRAFT, recordById, useEvaluate } from '../../renderer/stores/evaluate.ts';
import { useModel } from '../../renderer/stores/model.ts';
import { ENTRY, settled } from './fake-engine.ts';
import { folderOf, LABELS, MemoryStorage, OtherWindows, ReadingEngine } from './fake-evaluation.ts';
import { FakeLibrary } from './fake-library.ts';

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
