import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { stageGrids } from '../../models/cvt/grids.ts';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { ImportError, reasonOf } from '../../models/errors.ts';
import { LARGEST_INPUT_SIDE, preprocessingFor } from '../../models/image/preprocessing.ts';
import type {
  ImportChoices,
  ImportPlace,
  ImportProposal,
  LabelSource,
  WorkProgress,
} from '../../renderer/shell/model-library.ts';
import { sha256OfFile } from './checksum.ts';
import { type FreeSpace, freeSpace } from './free-space.ts';
import type { ImportFile } from './import-files.ts';
import { changed, type InspectedImport, inspectImport, look } from './inspect-import.ts';
import type { Library } from './library.ts';
import type { Manifest } from './manifest.ts';
import { type StoredWeights, storeByMoving, storeCopy, storeDecoded } from './store-import.ts';

export interface ImportsOptions {
  readonly library: Library;
  readonly imagenetLabels: () => Promise<readonly string[]>;
  readonly freeSpace?: FreeSpace;
}

export interface ImportWork {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: WorkProgress) => void) | undefined;
}

interface Pending {
  readonly inspected: InspectedImport;
  readonly places: readonly ImportPlace[];
  /** Nobody else needs the file: it was sent here for this. */
  readonly isOurs: boolean;
}

/** A user who drops folder after folder without deciding. */
const MOST_PENDING = 16;

/** Brings the user's own checkpoints into the library: first looked through, then confirmed. */
export class Imports {
  readonly #options: ImportsOptions;
  readonly #pending = new Map<string, Pending>();

  constructor(options: ImportsOptions) {
    this.#options = options;
  }

  /**
   * Looks a checkpoint through; nothing in the library changes.
   * @param isOurs the files were sent here and are removed once they are not needed; they cannot be referenced
   * @throws CheckpointError, SpecError, ImportError, CancelledError
   */
  async inspect(files: readonly ImportFile[], isOurs: boolean, work: ImportWork = {}): Promise<ImportProposal> {
    const { imagenetLabels, library } = this.#options;
    const inspected = await inspectImport(files, { ...work, imagenetLabels });
    const { needsCopy, sha256 } = inspected.proposal;
    const whyNoReference = needsCopy ? 'decoded' : isOurs ? 'browser' : null;
    const places: readonly ImportPlace[] = whyNoReference === null ? ['reference', 'copy'] : ['copy'];
    const alreadyThere = await findByChecksum(library, sha256);
    const id = randomUUID();
    for (const [oldest] of this.#pending) if (this.#pending.size >= MOST_PENDING) await this.discard(oldest);
    this.#pending.set(id, { inspected, places, isOurs });
    return { ...inspected.proposal, id, alreadyThere, places, whyNoReference };
  }

  /**
   * Adds an inspected checkpoint to the library. The proposal is used up when this resolves, and stays when it rejects.
   * @returns the model's id
   * @throws ImportError `import-gone`, `import-refused`, `import-changed`; SpecError `input-too-small`; DownloadError; CancelledError
   */
  async confirm(proposalId: string, choices: ImportChoices, work: ImportWork = {}): Promise<string> {
    const pending = this.#pending.get(proposalId);
    if (!pending) throw gone();
    const { inspected } = pending;
    const facts = decide(pending, choices);
    if ((await look(inspected.checkpoint)) !== inspected.seen) throw changed(inspected.checkpoint);
    const title = choices.title.trim() || inspected.proposal.title;
    const id = await this.#options.library.addImport(title, async (id, folder) => ({
      version: 1,
      id,
      title,
      ...(await this.#store(pending, choices.place, folder, work)),
      checkedAgainst: 'nothing',
      origin: { file: inspected.proposal.files.checkpoint, sha256: inspected.proposal.sha256 },
      commit: null,
      endpoint: null,
      installed: new Date().toISOString(),
      numClasses: inspected.proposal.facts.numClasses,
      facts,
    }));
    await this.discard(proposalId);
    return id;
  }

  /** Forgets a proposal; a file that was sent for it is removed. */
  async discard(proposalId: string): Promise<void> {
    const pending = this.#pending.get(proposalId);
    this.#pending.delete(proposalId);
    if (pending?.isOurs) await rm(pending.inspected.checkpoint.path, { force: true });
  }

  /**
   * Points a model that was imported in place to where its file is now.
   * @throws ImportError `import-refused`, `import-other-file`; CancelledError
   */
  async locate(id: string, file: ImportFile, work: ImportWork = {}): Promise<void> {
    const { library } = this.#options;
    const manifest = await library.manifest(id);
    if (manifest?.weights.place !== 'outside')
      throw new ImportError('import-refused', `${id} is not used where it lies, so its file cannot have moved.`);
    const { size, sha256 } = manifest;
    const progress = (done: number) => work.progress?.({ phase: 'checking', done, total: size });
    const found = await sha256OfFile(file.path, { signal: work.signal, progress }).catch((cause: unknown) => {
      if (work.signal?.aborted) throw cause;
      throw new ImportError('import-other-file', `${file.name}: could not be read (${reasonOf(cause)}).`);
    });
    if (found !== sha256)
      throw new ImportError(
        'import-other-file',
        `${file.name} is not the file that ${manifest.title ?? id} was imported from: its checksum is another. Import it as a model of its own.`,
      );
    await library.relocate(id, file.path);
  }

  /** Forgets all proposals. */
  async close(): Promise<void> {
    await Promise.all([...this.#pending.keys()].map((id) => this.discard(id)));
  }

  #store(pending: Pending, place: ImportPlace, folder: string, work: ImportWork): Promise<StoredWeights> {
    const { inspected, isOurs } = pending;
    const { needsCopy, facts, size, sha256 } = inspected.proposal;
    const options = {
      folder,
      freeSpace: this.#options.freeSpace ?? freeSpace,
      signal: work.signal,
      progress: (done: number, total: number) => work.progress?.({ phase: 'copying', done, total }),
    };
    if (needsCopy) return storeDecoded(inspected, facts.spec, options);
    if (isOurs) return storeByMoving(inspected, folder);
    if (place === 'copy') return storeCopy(inspected, options);
    return Promise.resolve({ weights: { place: 'outside', path: inspected.checkpoint.path }, size, sha256 });
  }
}

/** What the choices mean for the network. @throws ImportError `import-refused`, SpecError `input-too-small` */
function decide({ inspected, places }: Pending, choices: ImportChoices): NonNullable<Manifest['facts']> {
  const { spec } = inspected.proposal.facts;
  const { rows, cols } = choices.size;
  if (!places.includes(choices.place))
    throw new ImportError('import-refused', 'This file cannot be used where it lies. Copy it into the library.');
  if (rows > LARGEST_INPUT_SIDE || cols > LARGEST_INPUT_SIDE)
    throw new ImportError(
      'import-refused',
      `An input of ${rows}×${cols} is more than ${LARGEST_INPUT_SIDE} pixels a side.`,
    );
  stageGrids(spec, rows, cols);
  const preprocessing = preprocessingFor({ rows, cols });
  return {
    spec: { ...toOfficialSpec(spec) },
    labels: labelsOf(inspected, choices.labels),
    activation: choices.activation,
    preprocessing: { ...preprocessing, mean: [...preprocessing.mean], std: [...preprocessing.std] },
  };
}

/** As a manifest keeps them: null stands for ImageNet's. */
function labelsOf({ proposal }: InspectedImport, source: LabelSource): string[] | null {
  const choice = proposal.labelChoices.find((offered) => offered.source === source);
  if (!choice) throw new ImportError('import-refused', `There are no class names from "${source}" for these weights.`);
  return source === 'imagenet' ? null : [...choice.labels];
}

/** The id of a whole model that came from a file with this checksum, or null. */
async function findByChecksum(library: Library, sha256: string): Promise<string | null> {
  for (const { id, state } of await library.list()) {
    if (state.kind !== 'installed') continue;
    const origin = (await library.manifest(id))?.origin;
    if (state.sha256 === sha256 || (origin && 'sha256' in origin && origin.sha256 === sha256)) return id;
  }
  return null;
}

function gone(): ImportError {
  return new ImportError('import-gone', 'This import is no longer known. Drop the file once more.');
}
