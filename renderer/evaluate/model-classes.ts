import { EvaluationError } from '../../models/errors.ts';
import { ClassList, type ClassName, classesFromLabels, withWordNetIds } from '../../models/evaluation/class-list.ts';

/** The classes of ImageNet-1k, which every published CvT has. */
const IMAGENET_CLASSES = 1000;

/** Class names that the user gives where a checkpoint has none. */
export interface ClassNames {
  /** Of the file. */
  readonly file: string;
  readonly names: readonly string[];
}

/**
 * What the classes of a model may be called: by its own labels, with WordNet ids where they are ImageNet's, or by the user's.
 * @throws EvaluationError `classes-other-count`
 */
export async function classListOf(
  model: { readonly title: string; readonly labels: readonly string[]; readonly numClasses: number },
  given: ClassNames | null,
): Promise<ClassList> {
  const { title, numClasses } = model;
  if (given !== null && given.names.length !== numClasses)
    throw new EvaluationError(
      'classes-other-count',
      `${given.file}: ${given.names.length} class names, but ${title} has ${numClasses} classes. It belongs to another model.`,
    );
  const classes = classesFromLabels(given?.names ?? model.labels, numClasses);
  if (numClasses !== IMAGENET_CLASSES) return new ClassList(classes);
  return new ClassList(withWordNetIds(classes, await imagenetClasses()));
}

async function imagenetClasses(): Promise<readonly ClassName[]> {
  const { default: classes } = await import('../../assets/imagenet1k-classes.json', { with: { type: 'json' } });
  return classes;
}
