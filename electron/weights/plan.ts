import { parseHuggingFaceConfigText } from '../../models/cvt/hugging-face-config.ts';
import { namedSide } from '../../models/cvt/named-resolution.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { type CvtSpec, toOfficialSpec } from '../../models/cvt/spec.ts';
import { preprocessingFor } from '../../models/image/preprocessing.ts';
import { FileSource } from './file-source.ts';
import type { HubFile } from './hub-client.ts';
import type { Manifest } from './manifest.ts';
import type { HubModelId } from './model-id.ts';

/** Where a repository keeps its weights, the better file first: safetensors need no pickle to be read. */
export const WEIGHTS_PATHS = ['model.safetensors', 'pytorch_model.bin'] as const;
export const CONFIG_PATH = 'config.json';

export type ManifestFacts = NonNullable<Manifest['facts']>;

/** What is known of a model before its weights are here. */
export interface Plan {
  readonly id: HubModelId;
  /** Where the weights may be, the first choice first. */
  readonly files: readonly HubFile[];
  readonly pinned: string | null;
  readonly spec: CvtSpec;
  /** Null for models of the catalog. */
  readonly facts: ManifestFacts | null;
}

export function planCatalog(id: HubModelId & { kind: 'catalog' }): Plan {
  const { file, spec } = id.entry;
  const { repository, revision, path } = file;
  return { id, files: [{ repository, revision, path }], pinned: file.sha256, spec, facts: null };
}

/**
 * @param config the text of the repository's config.json
 * @param revision at which the weights are asked for
 * @throws SpecError where it is no CvT's
 */
export function planRepository(id: HubModelId & { kind: 'repository' }, config: string, revision: string): Plan {
  const { repository } = id;
  const { spec, labels } = parseHuggingFaceConfigText(config, `${id.id}, ${CONFIG_PATH}`);
  const side = namedSide(repository);
  const preprocessing = preprocessingFor({ rows: side, cols: side });
  return {
    id,
    files: WEIGHTS_PATHS.map((path) => ({ repository, revision, path })),
    pinned: null,
    spec,
    facts: {
      spec: { ...toOfficialSpec(spec) },
      labels: labels === null ? null : [...labels],
      activation: null,
      preprocessing: { ...preprocessing, mean: [...preprocessing.mean], std: [...preprocessing.std] },
    },
  };
}

/**
 * Indexes the weights and holds every tensor against the spec; no tensor data is read.
 * @returns what the manifest says beyond the file itself
 * @throws CheckpointError
 */
export async function checkUsable(
  path: string,
  { id, spec, facts }: Plan,
  signal: AbortSignal,
): Promise<Pick<Manifest, 'numClasses' | 'facts'>> {
  const source = await FileSource.open(path);
  // All repositories call their weights the same.
  const named = { name: `${id.id}, ${source.name}`, size: source.size, read: source.read.bind(source) };
  try {
    const { numClasses } = await openCvt(named, { spec, activation: null, signal });
    // Names for another count of classes than the head has are another model's.
    const fitting = facts && facts.labels !== null && facts.labels.length !== numClasses;
    return { numClasses, facts: fitting ? { ...facts, labels: null } : facts };
  } finally {
    await source.close();
  }
}
