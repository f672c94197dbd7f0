import { EvaluationError, toErrorMessage } from '../../models/errors.ts';
import { parseLabels } from '../../models/evaluation/label-list.ts';
import {
  checkLabelsText,
  LARGEST_LABELS_FILE,
  type LabelsFile,
  labelPictures,
} from '../../models/evaluation/labels-file.ts';
import { isModelUsable, openModel } from '../library/model-loader.ts';
import type { ModelLibrary } from '../shell/model-library.ts';
import { changeDraft, type Understanding, useEvaluate } from '../stores/evaluate.ts';
import { entryById, useLibrary } from '../stores/library.ts';
import { useModel } from '../stores/model.ts';
import { useSettings } from '../stores/settings.ts';
import { classListOf } from './model-classes.ts';
import type { DroppedSet, PictureFolder } from './picture-folder.ts';

/** Putting an evaluation together. Nothing here rejects: trouble stands in the draft. */
export interface DraftActions {
  readonly take: (set: DroppedSet) => Promise<void>;
  readonly takeLabels: (file: File) => Promise<void>;
  readonly takeClassNames: (file: File) => Promise<void>;
  readonly forgetLabels: () => Promise<void>;
  readonly forgetClassNames: () => void;
  readonly toggleModel: (id: string) => void;
}

export function draftActions(library: ModelLibrary): DraftActions {
  const draft = () => useEvaluate.getState().draft;
  let latest = 0;

  /** Reads the labels with the classes of every chosen model; a newer reading withdraws this one. */
  const understand = async () => {
    const own = ++latest;
    const { folder, labels, classNames, models } = draft();
    changeDraft({ understood: {} });
    if (folder === null) return;
    for (const id of models) {
      tell(id, { kind: 'reading' });
      const understanding = await read(library, id, { folder, labels, classNames }).catch((error): Understanding => {
        return { kind: 'failed', error: toErrorMessage(error) };
      });
      if (own !== latest) return;
      tell(id, understanding);
    }
  };

  const attempt = async (act: () => Promise<void>) => {
    changeDraft({ trouble: null });
    try {
      await act();
    } catch (error) {
      changeDraft({ trouble: toErrorMessage(error).message });
    }
    await understand();
  };

  const takeLabels = async (file: File) => changeDraft({ labels: await readLabels(file) });
  const takeClassNames = async (file: File) => {
    const names = parseLabels(await file.text());
    if (names === null)
      throw new EvaluationError(
        'classes-unreadable',
        `${file.name}: no class names in it. One name a line is read, or JSON: a list, or names by index.`,
      );
    changeDraft({ classNames: { file: file.name, names } });
  };
  const ownLabels = async (folder: PictureFolder | null) => {
    changeDraft({ labels: null });
    if (folder?.labels) await takeLabels(folder.labels);
  };

  return {
    take: ({ folder, labels, classNames }) =>
      attempt(async () => {
        if (folder !== null && folder.pictures.length === 0)
          throw new EvaluationError('no-pictures', `${folder.name}: no pictures in this folder or below it.`);
        if (folder !== null) {
          const { models } = draft();
          changeDraft({ folder, models: models.length === 0 ? modelInUse() : models });
          await ownLabels(folder);
        }
        if (labels !== null) await takeLabels(labels);
        if (classNames !== null) await takeClassNames(classNames);
      }),
    takeLabels: (file) => attempt(() => takeLabels(file)),
    takeClassNames: (file) => attempt(() => takeClassNames(file)),
    forgetLabels: () => attempt(() => ownLabels(draft().folder)),
    forgetClassNames: () => {
      changeDraft({ classNames: null });
      void understand();
    },
    toggleModel: (id) => {
      const { models } = draft();
      changeDraft({ models: models.includes(id) ? models.filter((each) => each !== id) : [...models, id] });
      void understand();
    },
  };
}

/** The model that pictures are shown to is the likeliest to be measured. */
function modelInUse(): readonly string[] {
  const { modelId } = useSettings.getState();
  const isShipped = useModel.getState().shipped.some(({ id }) => id === modelId);
  return isShipped || isModelUsable(modelId) ? [modelId] : [];
}

async function read(
  library: ModelLibrary,
  id: string,
  {
    folder,
    labels,
    classNames,
  }: Pick<ReturnType<typeof useEvaluate.getState>['draft'], 'labels' | 'classNames'> & {
    readonly folder: PictureFolder;
  },
): Promise<Understanding> {
  const entry = await openModel(library, id, {});
  const known = entryById(useLibrary.getState().snapshot, id)?.facts?.numClasses;
  const classes = await classListOf({ ...entry, numClasses: known ?? entry.labels.length }, classNames);
  return { kind: 'read', numClasses: classes.size, labelling: labelPictures(folder, labels, classes) };
}

function tell(id: string, understanding: Understanding): void {
  changeDraft({ understood: { ...useEvaluate.getState().draft.understood, [id]: understanding } });
}

async function readLabels(file: File): Promise<LabelsFile> {
  if (file.size > LARGEST_LABELS_FILE)
    throw new EvaluationError(
      'labels-unreadable',
      `${file.name}: larger than ${LARGEST_LABELS_FILE / 2 ** 20} MiB. It is no list of labels.`,
    );
  const text = await file.text();
  checkLabelsText(text, file.name);
  return { name: file.name, text };
}
