import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { HuggingFaceConfig } from '../../models/cvt/hugging-face-config.ts';
import { parseSpecFile } from '../../models/cvt/spec-text.ts';
import { CheckpointError, ImportError, reasonOf, SpecError } from '../../models/errors.ts';
import { parseLabels } from '../../models/evaluation/label-list.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { FileSource } from './file-source.ts';

/** A file on the disk under the name that the user knows it by: one that was sent here lies under another. */
export interface ImportFile {
  readonly name: string;
  readonly path: string;
}

/** Files that were dropped together, by what they are for. */
export interface SortedFiles {
  readonly checkpoint: ImportFile;
  readonly spec: { readonly file: string; readonly config: HuggingFaceConfig } | null;
  readonly labels: { readonly file: string; readonly names: readonly string[] } | null;
  readonly ignored: readonly string[];
}

/** A repository's folder has about ten. */
const MAX_FILES = 32;
/** A configuration with the names of 20,000 classes has about 1 MB. */
const MAX_TEXT_BYTES = 4 * 2 ** 20;
const TEXT_FILE = new Set(['.json', '.yaml', '.yml', '.txt', '.csv', '.tsv', '.names', '.labels', '.md']);
const SPEC_FILE = /\.(json|ya?ml)$/i;
/** A key that only a spec or a configuration has. */
const SPEC_KEY = /\bNUM_STAGES\b|"model_type"\s*:|\bSPEC\b/;

/**
 * Finds the checkpoint among the files, and what belongs to it.
 * @throws ImportError `import-no-checkpoint`, `import-many-checkpoints`, `import-too-large`; SpecError where a spec cannot be
 *   read; CheckpointError where the only candidate is none; CancelledError
 */
export async function sortFiles(files: readonly ImportFile[], signal?: AbortSignal): Promise<SortedFiles> {
  if (files.length > MAX_FILES)
    throw new ImportError(
      'import-too-large',
      `${files.length} files at once are too many. Drop the checkpoint, its configuration and its labels.`,
    );
  const texts = files.filter(({ name }) => TEXT_FILE.has(extname(name).toLowerCase()));
  const checkpoint = await findCheckpoint(
    files.filter((file) => !texts.includes(file)),
    texts,
    signal,
  );
  const sorted = { checkpoint, ...(await sortTexts(texts)) };
  const used = [checkpoint.name, sorted.spec?.file, sorted.labels?.file];
  return { ...sorted, ignored: files.map(({ name }) => name).filter((name) => !used.includes(name)) };
}

async function findCheckpoint(
  candidates: readonly ImportFile[],
  texts: readonly ImportFile[],
  signal: AbortSignal | undefined,
): Promise<ImportFile> {
  const [first, ...more] = candidates;
  if (first === undefined)
    throw new ImportError(
      'import-no-checkpoint',
      `${texts.map(({ name }) => name).join(', ') || 'Nothing'}: there is no checkpoint among these. Drop the weights (.pth, .bin, .safetensors, .pdparams, .h5) too.`,
    );
  if (more.length === 0) return first;
  const refusals: unknown[] = [];
  const found: ImportFile[] = [];
  for (const file of candidates) {
    const refusal = await tryOpen(file, signal);
    if (refusal === null) found.push(file);
    else refusals.push(refusal);
  }
  if (found.length === 0) throw refusals[0];
  if (found.length > 1)
    throw new ImportError(
      'import-many-checkpoints',
      `${found.map(({ name }) => name).join(', ')}: these are several checkpoints. Drop one at a time.`,
    );
  return found[0]!;
}

async function tryOpen(file: ImportFile, signal: AbortSignal | undefined): Promise<CheckpointError | null> {
  try {
    const source = await openNamed(file);
    try {
      await openCheckpoint(source, signal);
    } finally {
      await source.close();
    }
    return null;
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
}

async function sortTexts(texts: readonly ImportFile[]): Promise<Pick<SortedFiles, 'spec' | 'labels'>> {
  let spec: SortedFiles['spec'] = null;
  let labels: SortedFiles['labels'] = null;
  for (const file of texts) {
    const text = await readText(file);
    if (text === null) continue;
    const config = specIn(text, file.name);
    // Of two, the one that names the classes says more.
    if (config !== null && (spec === null || spec.config.labels === null)) spec = { file: file.name, config };
    if (config !== null || labels !== null || extname(file.name).toLowerCase() === '.md') continue;
    const names = parseLabels(text);
    // YAML that is no spec is no list of names either, though each of its lines could be one.
    if (names !== null && !/\.ya?ml$/i.test(file.name)) labels = { file: file.name, names };
  }
  return { spec, labels };
}

/** Null where the text is no spec at all. @throws SpecError where it is a wrong one */
function specIn(text: string, name: string): HuggingFaceConfig | null {
  if (!SPEC_FILE.test(name) || !SPEC_KEY.test(text)) return null;
  try {
    return parseSpecFile(text, name);
  } catch (error) {
    // `preprocessor_config.json` and its like mention models without being one's configuration.
    if (error instanceof SpecError && error.code === 'spec-invalid' && /preprocessor|processor|tokenizer/i.test(name))
      return null;
    throw error;
  }
}

async function readText({ name, path }: ImportFile): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size > MAX_TEXT_BYTES)
      throw new ImportError('import-too-large', `${name}: ${size} bytes are too many for a text beside a checkpoint.`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new SpecError('spec-unreadable', `${name}: could not be read (${reasonOf(error)}).`, {
      cause: error,
    });
  }
}

/** A source that is called in messages what the user calls the file. The caller closes it. @throws CheckpointError `unreadable` */
export async function openNamed({ name, path }: ImportFile): Promise<NamedSource> {
  const source = await FileSource.open(path);
  return { name, size: source.size, read: source.read.bind(source), close: () => source.close() };
}

export type NamedSource = Pick<FileSource, 'name' | 'size' | 'read' | 'close'>;
