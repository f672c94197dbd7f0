import { CancelledError, throwIfCancelled, toErrorMessage } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { openModel, titleFor } from '../library/model-loader.ts';
import type { ModelLibrary } from '../shell/model-library.ts';
import { changeDraft, EMPTY_DRAFT, type EvaluationRunState, recordById, useEvaluate } from '../stores/evaluate.ts';
import { modelRef } from '../stores/model.ts';
import type { EvaluationStorage } from './evaluation-database.ts';
import { type DraftActions, draftActions } from './evaluation-draft.ts';
import type { EvaluatedModel, EvaluationRecord } from './evaluation-record.ts';
import { isFinished } from './evaluation-record.ts';
import { measureModel, readyModel } from './measure-model.ts';
import { type DroppedEntries, type PictureFolder, readDropped } from './picture-folder.ts';
import type { Turns } from './turns.ts';

/** How often the list's counts are written while a model is measured. The answers themselves are written as they come. */
const NOTED_EVERY_MS = 5000;

/** What the Evaluate screen can do. Nothing here rejects: trouble stands in the store. */
export interface EvaluationFlow {
  readonly draft: DraftActions;
  readonly takeDrop: (dropped: DroppedEntries) => Promise<void>;
  /** A folder for the draft. */
  readonly takeFolder: (folder: PictureFolder) => Promise<void>;
  /** The folder of an evaluation, which a page loses with a restart. An unfinished one goes on. */
  readonly attach: (id: string, folder: PictureFolder) => Promise<void>;
  readonly start: () => Promise<void>;
  /** Keeps what was measured. */
  readonly pause: () => void;
  readonly resume: (id: string) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
  readonly undoRemove: (id: string) => Promise<void>;
  /** Lines of the CSV report of all models that are measured. @throws EvaluationError `journal-unreadable` */
  readonly rows: (record: EvaluationRecord) => Promise<readonly string[]>;
}

interface Parts {
  readonly engine: Engine;
  readonly library: ModelLibrary;
  readonly database: EvaluationStorage;
  /** With the other windows, by the id of an evaluation. */
  readonly turns: Turns;
  /** Of the app: another one may compute in another order. */
  readonly version: string;
}

/** Connects the machine to the store of evaluations, and reads what is kept. */
export function evaluationFlow(parts: Parts): EvaluationFlow {
  const { database, turns } = parts;
  const draft = draftActions(parts.library);
  let running: AbortController | null = null;

  /** To what is kept by now, and here: another window may have changed it since this one read it. */
  const change: ChangeRecord = async (id, update) => {
    const record = await database.change(id, update);
    if (record) show(id, record);
  };

  const resume = async (id: string) => {
    const folder = useEvaluate.getState().folders[id];
    if (running !== null || recordById(id) === null || folder === undefined) return;
    const controller = new AbortController();
    running = controller;
    const { [id]: _, ...stopped } = useEvaluate.getState().stopped;
    useEvaluate.setState({ stopped, trouble: null });
    try {
      const isMine = await turns.alone(id, async () => {
        const record = await database.record(id);
        show(id, record);
        for (const [place, { report }] of (record?.models ?? []).entries())
          if (report === null) await measure(parts, change, { id, place, folder, signal: controller.signal });
      });
      if (!isMine) await noteElsewhere(id, turns);
    } catch (error) {
      if (!(error instanceof CancelledError))
        useEvaluate.setState((state) => ({ stopped: { ...state.stopped, [id]: toErrorMessage(error) } }));
    } finally {
      running = null;
      useEvaluate.setState({ run: null });
    }
  };

  const takeFolder = (folder: PictureFolder) => draft.take({ folder, labels: null, classNames: null });

  /** The folder is known by its name: its files are held against the journal one by one. */
  const attach = async (id: string, folder: PictureFolder) => {
    const record = recordById(id);
    if (record === null) return;
    if (folder.name !== record.folder.name) {
      const message = `This evaluation is of the folder ${record.folder.name}; ${folder.name} is another one.`;
      useEvaluate.setState((state) => ({
        stopped: { ...state.stopped, [id]: { name: 'EvaluationError', code: 'folder-unreadable', message } },
      }));
      return;
    }
    const { [id]: _, ...stopped } = useEvaluate.getState().stopped;
    useEvaluate.setState(({ folders }) => ({ stopped, folders: { ...folders, [id]: folder } }));
    if (isFinished(record)) return;
    await change(id, (kept) => ({ ...kept, folder: { name: folder.name, pictures: folder.pictures.length } }));
    await resume(id);
  };

  const attempt = async (act: () => Promise<void>) => {
    try {
      await act();
    } catch (error) {
      useEvaluate.setState({ trouble: toErrorMessage(error) });
    }
  };

  void attempt(async () => {
    const records = await database.records().catch((error: unknown) => {
      useEvaluate.setState({ records: [] });
      throw error;
    });
    const kept = records.filter(({ removed }) => !removed);
    useEvaluate.setState({ records: kept });
    for (const { id } of kept) if (await turns.isTaken(id)) void noteElsewhere(id, turns);
    await turns.open(async () => {
      // The app was started again since, and no other window is open that could give these back.
      for (const record of records) if (record.removed) await database.forget(record.id, ownJournals(record, kept));
    });
  });

  database.follow(
    (id) =>
      void attempt(async () => {
        const record = await database.record(id);
        show(id, record);
        if (useEvaluate.getState().run?.id === id) {
          if (record === null || record.removed) running?.abort();
        } else if (await turns.isTaken(id)) await noteElsewhere(id, turns);
      }),
  );

  return {
    draft,
    takeFolder: (folder) => attempt(() => takeFolder(folder)),
    attach: (id, folder) => attempt(() => attach(id, folder)),

    takeDrop: (dropped) =>
      attempt(async () => {
        changeDraft({ searching: 0 });
        try {
          const set = await readDropped(dropped, (count) => changeDraft({ searching: count }));
          const record = recordById(useEvaluate.getState().shown);
          // What waits for its folder gets it; anything else begins a new evaluation.
          const isAwaited = record !== null && (!isFinished(record) || record.folder.name === set.folder?.name);
          if (set.folder !== null && isAwaited) {
            changeDraft({ searching: null });
            await attach(record.id, set.folder);
          } else {
            useEvaluate.setState({ shown: null });
            await draft.take(set);
          }
        } finally {
          changeDraft({ searching: null });
        }
      }),

    start: () =>
      attempt(async () => {
        const { folder, labels, classNames, models } = useEvaluate.getState().draft;
        if (folder === null || models.length === 0 || running !== null) return;
        const id = crypto.randomUUID();
        useEvaluate.setState(({ folders }) => ({
          folders: { ...folders, [id]: folder },
          shown: id,
          draft: { ...EMPTY_DRAFT, models },
        }));
        const record: EvaluationRecord = {
          id,
          begun: Date.now(),
          folder: { name: folder.name, pictures: folder.pictures.length },
          labels,
          classNames: classNames && { file: classNames.file, names: [...classNames.names] },
          models: models.map((model) => ({
            id: model,
            title: titleFor(model),
            journal: null,
            done: 0,
            total: null,
            report: null,
          })),
          removed: false,
        };
        await database.save(record);
        show(id, record);
        await resume(id);
      }),

    pause: () => running?.abort(),
    resume: (id) => attempt(() => resume(id)),

    remove: (id) =>
      attempt(async () => {
        const { run, shown } = useEvaluate.getState();
        if (run?.id === id) running?.abort();
        if (shown === id) useEvaluate.setState({ shown: null });
        await change(id, (record) => ({ ...record, removed: true }));
      }),

    undoRemove: (id) =>
      attempt(async () => {
        await change(id, (record) => ({ ...record, removed: false }));
        useEvaluate.setState({ shown: id });
      }),

    rows: async (record) => {
      const all: string[] = [];
      for (const { id, report } of record.models)
        if (report) for (const row of await database.rows(record.id, id)) all.push(row);
      return all;
    },
  };
}

/** Makes a change to an evaluation as it is kept. */
type ChangeRecord = (id: string, update: (record: EvaluationRecord) => EvaluationRecord) => Promise<void>;

/** @param record null: it is kept no longer */
function show(id: string, record: EvaluationRecord | null): void {
  useEvaluate.setState(({ records }) => {
    const others = (records ?? []).filter((each) => each.id !== id);
    return { records: (record ? [record, ...others] : others).sort((a, b) => b.begun - a.begun) };
  });
}

/** Another window measures it, and this one says so until that is over. */
async function noteElsewhere(id: string, turns: Turns): Promise<void> {
  if (useEvaluate.getState().elsewhere.has(id)) return;
  useEvaluate.setState(({ elsewhere }) => ({ elsewhere: new Set([...elsewhere, id]) }));
  await turns.whenFree(id);
  useEvaluate.setState(({ elsewhere }) => ({ elsewhere: new Set([...elsewhere].filter((each) => each !== id)) }));
}

interface Place {
  /** Of the evaluation. */
  readonly id: string;
  /** Of the model in it. */
  readonly place: number;
  readonly folder: PictureFolder;
  readonly signal: AbortSignal;
}

/** One model of an evaluation, from its weights to its part of the report. */
async function measure(
  { engine, library, database, version }: Parts,
  change: ChangeRecord,
  { id, place, folder, signal }: Place,
): Promise<void> {
  const now = (step: Pick<EvaluationRunState, 'step'> & Partial<EvaluationRunState>) =>
    useEvaluate.setState({ run: { id, model: place, top1: null, top5: null, ...step } });
  const note = (news: Partial<EvaluatedModel>) =>
    change(id, (record) => ({
      ...record,
      models: record.models.map((model, index) => (index === place ? { ...model, ...news } : model)),
    }));
  const record = recordById(id);
  if (!record) return;

  now({ step: { kind: 'opening', progress: null } });
  const entry = await openModel(library, record.models[place]!.id, {
    signal,
    onProgress: (progress) => now({ step: { kind: 'opening', progress } }),
  });
  now({ step: { kind: 'loading', progress: null } });
  const report = await engine.call('prepare', modelRef(entry), {
    signal,
    onProgress: (progress) => now({ step: { kind: 'loading', progress } }),
  });
  const model = await readyModel(entry, report, { ...record, folder }, version);
  throwIfCancelled(signal);
  await note({ journal: model.journal, total: model.labelling.images.length });

  const measuring = measureModel({ engine, database, model, folder, signal });
  let done = 0;
  let notedAt = performance.now();
  try {
    for (;;) {
      const step = await measuring.next();
      if (step.done === true) {
        await database.saveRows(id, entry.id, step.value.rows);
        done = step.value.report.labelled;
        return await note({ report: step.value.report });
      }
      const { progress, top1, top5 } = step.value;
      done = progress.done;
      now({ step: { kind: 'measuring', progress }, top1, top5 });
      if (performance.now() - notedAt < NOTED_EVERY_MS) continue;
      notedAt = performance.now();
      await note({ done });
    }
  } finally {
    await note({ done });
  }
}

/** Journals that no other evaluation goes on from. */
function ownJournals(record: EvaluationRecord, others: readonly EvaluationRecord[]): readonly string[] {
  const shared = new Set(others.flatMap(({ models }) => models.map(({ journal }) => journal)));
  return record.models.flatMap(({ journal }) => (journal === null || shared.has(journal) ? [] : [journal]));
}
