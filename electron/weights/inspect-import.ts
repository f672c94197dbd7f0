import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { checkFinite } from '../../models/cvt/check-finite.ts';
import { countMultiplyAdds, countParameters } from '../../models/cvt/counts.ts';
import { namedSide } from '../../models/cvt/named-resolution.ts';
import { type CvtCheckpoint, openCvt } from '../../models/cvt/open-cvt.ts';
import { CheckpointError, ImportError, reasonOf } from '../../models/errors.ts';
import { preprocessingFor } from '../../models/image/preprocessing.ts';
import { needsCopy } from '../../models/onnx/weight-table.ts';
import type { ModelFacts } from '../../renderer/shell/library-entry.ts';
import type { ImportProposal, LabelSource, WorkProgress } from '../../renderer/shell/model-library.ts';
import { IMAGENET_CLASSES } from '../imagenet-labels.ts';
import { sha256OfFile } from './checksum.ts';
import { type ImportFile, openNamed, type SortedFiles, sortFiles } from './import-files.ts';

/** A dropped checkpoint that was found to be whole, and what was found out about it. */
export interface InspectedImport {
  readonly checkpoint: ImportFile;
  /** What the file looked like when it was read; one that looks otherwise later was changed. */
  readonly seen: string;
  readonly proposal: Omit<ImportProposal, 'id' | 'alreadyThere' | 'places' | 'whyNoReference'>;
}

export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: WorkProgress) => void) | undefined;
  /** Called where the head has as many classes. */
  readonly imagenetLabels: () => Promise<readonly string[]>;
}

/** The side that is proposed where the guessed one is too small for the network. */
const LARGER_SIDE = 384;

/**
 * Reads a checkpoint as a whole: its index against its spec, every weight for being finite, its checksum.
 * @throws CheckpointError, SpecError, ImportError; CancelledError
 */
export async function inspectImport(files: readonly ImportFile[], options: InspectOptions): Promise<InspectedImport> {
  const { signal, progress } = options;
  const sorted = await sortFiles(files, signal);
  const { checkpoint: file } = sorted;
  const seen = await look(file);
  const source = await openNamed(file);
  let checkpoint: CvtCheckpoint;
  try {
    checkpoint = await openCvt(source, {
      spec: sorted.spec?.config.spec ?? null,
      activation: null,
      ...(signal && { signal }),
    });
    await checkFinite(checkpoint, signal, (done, total) =>
      progress?.({ phase: 'checking', done, total: total + source.size }),
    );
  } finally {
    await source.close();
  }
  const weights = [...checkpoint.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const sha256 = await sha256OfFile(file.path, {
    signal,
    progress: (done) => progress?.({ phase: 'checking', done: weights + done, total: weights + source.size }),
  });
  if ((await look(file)) !== seen) throw changed(file);
  const { choices, notes } = await labelChoices(sorted, checkpoint.numClasses, options);
  return {
    checkpoint: file,
    seen,
    proposal: {
      files: {
        checkpoint: file.name,
        spec: sorted.spec?.file ?? null,
        labels: sorted.labels?.file ?? null,
        ignored: sorted.ignored,
      },
      title: titleOf(file.name),
      format: checkpoint.format,
      naming: checkpoint.naming,
      size: source.size,
      sha256,
      facts: factsOf(checkpoint, file.name),
      activation: checkpoint.activation,
      labelChoices: choices,
      needsCopy: needsCopy(checkpoint),
      notes,
    },
  };
}

/** What tells that a file is the one that was seen before. @throws CheckpointError `unreadable` */
export async function look({ name, path }: ImportFile): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return [size, mtimeMs, ino].join(' ');
  } catch (cause) {
    throw new CheckpointError('unreadable', `${name}: could not be read (${reasonOf(cause)}).`, { cause });
  }
}

export function changed({ name }: Pick<ImportFile, 'name'>): ImportError {
  return new ImportError('import-changed', `${name}: the file changed while it was being read. Import it once more.`);
}

function factsOf({ spec, variant, numClasses }: CvtCheckpoint, name: string): ModelFacts {
  const side = namedSide(name);
  const preprocessing = preprocessingFor({ rows: side, cols: side });
  const parameters = countParameters(spec, numClasses);
  try {
    return {
      spec,
      variant,
      numClasses,
      parameters,
      multiplyAdds: countMultiplyAdds(spec, numClasses, side, side),
      preprocessing,
    };
  } catch {
    // A spec with many or wide strides leaves nothing of 224 pixels.
    const larger = preprocessingFor({ rows: LARGER_SIDE, cols: LARGER_SIDE });
    const multiplyAdds = countMultiplyAdds(spec, numClasses, LARGER_SIDE, LARGER_SIDE);
    return { spec, variant, numClasses, parameters, multiplyAdds, preprocessing: larger };
  }
}

async function labelChoices(
  { spec, labels }: SortedFiles,
  numClasses: number,
  { imagenetLabels }: InspectOptions,
): Promise<Pick<ImportProposal, 'notes'> & { readonly choices: ImportProposal['labelChoices'] }> {
  const choices: { source: LabelSource; labels: readonly string[] }[] = [];
  const notes: string[] = [];
  const offer = (source: LabelSource, file: string, names: readonly string[]) => {
    if (names.length === numClasses) choices.push({ source, labels: names });
    else
      notes.push(
        `${file} names ${names.length} classes, but the weights have ${numClasses}. Its names cannot be used.`,
      );
  };
  // A file of names that the user put beside it is meant for it.
  if (labels) offer('file', labels.file, labels.names);
  if (spec?.config.labels) offer('config', spec.file, spec.config.labels);
  if (numClasses === IMAGENET_CLASSES) choices.push({ source: 'imagenet', labels: await imagenetLabels() });
  choices.push({ source: 'index', labels: [] });
  return { choices, notes };
}

function titleOf(name: string): string {
  const extension = extname(name);
  const stem = (extension.length > 1 ? name.slice(0, -extension.length) : name).trim();
  return stem.slice(0, 100) || 'Imported CvT';
}
