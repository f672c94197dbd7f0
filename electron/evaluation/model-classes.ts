import { readFile } from 'node:fs/promises';
import { EvaluationError, reasonOf } from '../../models/errors.ts';
import { ClassList, classesFromLabels, withWordNetIds } from '../../models/evaluation/class-list.ts';
import { parseLabels } from '../../models/evaluation/label-list.ts';
import { findAppRoot } from '../app-root.ts';
import { IMAGENET_CLASSES, readImagenetClasses } from '../imagenet-labels.ts';
import type { LoadedModel } from '../inference/load-model.ts';

/**
 * What the classes of a model may be called: by its own labels, with WordNet ids where they are ImageNet's, or by a file that
 * the user gives (one name a line, or JSON).
 * @param file an absolute path, or null
 * @throws EvaluationError `classes-unreadable`, `classes-other-count`
 */
export async function classesOf(
  model: Pick<LoadedModel, 'id' | 'labels' | 'numClasses'>,
  file: string | null,
): Promise<ClassList> {
  const { id, numClasses } = model;
  const labels = file === null ? model.labels : await readClasses(file);
  if (file !== null && labels.length !== numClasses)
    throw new EvaluationError(
      'classes-other-count',
      `${file}: ${labels.length} class names, but ${id} has ${numClasses} classes. It belongs to another model.`,
    );
  const classes = classesFromLabels(labels, numClasses);
  if (numClasses !== IMAGENET_CLASSES) return new ClassList(classes);
  return new ClassList(withWordNetIds(classes, await readImagenetClasses(findAppRoot())));
}

async function readClasses(file: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new EvaluationError('classes-unreadable', `${file}: could not be read (${reasonOf(error)}).`, {
      cause: error,
    });
  }
  const names = parseLabels(text);
  if (names === null)
    throw new EvaluationError(
      'classes-unreadable',
      `${file}: no class names in it. One name a line is read, or JSON: a list, or names by index.`,
    );
  return names;
}
