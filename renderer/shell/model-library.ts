import type { GridSize } from '../../models/cvt/grids.ts';
import type { Activation } from '../../models/cvt/spec.ts';
import type { Naming } from '../../models/cvt/tensor-names.ts';
import type { ErrorMessage } from '../../models/errors.ts';
import type { FormatName } from '../../models/formats/tensor-index.ts';
import type { LibraryEntry, ModelFacts } from './library-entry.ts';
import type { ModelEntry } from './shell.ts';

/**
 * The models of this machine, as the UI sees them: `shell.library()`. Both shells answer from the same library
 * (electron/weights). Whatever rejects does so with a LensError; its code is what to branch on.
 */
export interface ModelLibrary {
  /**
   * Calls `listener` with a snapshot as soon as there is one and after every change (progress a few times a second), until
   * the answer is called. While the other side cannot be reached, `connection` says so and the last models stay.
   */
  subscribe(listener: (snapshot: LibrarySnapshot) => void): () => void;

  /**
   * Begins a download or goes on with it; resolves once it is queued, and the entry's state tells the rest. `id` is a catalog
   * id or any `owner/name[@revision]`. @throws DownloadError `unknown-model`, `busy`
   */
  download(id: string): Promise<void>;
  /** Stops a download and keeps what has arrived. */
  pause(id: string): Promise<void>;
  /** Stops a download and throws away what has arrived. */
  cancel(id: string): Promise<void>;
  /** Deletes a model. A file in the Hugging Face cache or of the user's own is forgotten, not deleted. */
  remove(id: string): Promise<void>;

  /**
   * The model for the engine and for names, its checksum right (the whole file is read when it is first used). `weightsUrl` is
   * of the app's own origin and lasts as long as this page. Also takes the id of a model that ships with the app.
   * @throws DownloadError `not-installed`, `stored-file-broken`, `file-moved`; CancelledError
   */
  use(id: string, options?: WorkOptions): Promise<ModelEntry>;

  /**
   * Reads files that the user dropped or chose, together: a checkpoint, and beside it perhaps a spec or config and a list of
   * labels. Changes nothing in the library. In a browser the checkpoint is sent to the server first.
   * @throws CheckpointError, SpecError; ImportError `import-no-checkpoint`, `import-many-checkpoints`, `import-too-large`; CancelledError
   */
  inspect(files: readonly File[], options?: WorkOptions): Promise<ImportProposal>;
  /** Brings an inspected checkpoint into the library. @returns its id. @throws DownloadError, ImportError `import-gone`; CancelledError */
  confirmImport(proposalId: string, choices: ImportChoices, options?: WorkOptions): Promise<string>;
  /** Forgets an inspected checkpoint, and what was sent of it. Harmless where it is gone already. */
  discard(proposalId: string): Promise<void>;
  /**
   * Names the file of a model that was imported in place and has moved or changed (state `broken`, mend `locate`). It must hold
   * the very same bytes. Only where `canReference`.
   * @throws ImportError `import-other-file`, `import-refused`; CancelledError
   */
  locate(id: string, file: File, options?: WorkOptions): Promise<void>;

  /** Base URL of a mirror of the Hugging Face hub; null for the hub. Takes effect at once. @throws DownloadError `network-unreachable` */
  setMirror(url: string | null): Promise<void>;
  /** The user's access token; null forgets it. It is never given back. */
  setToken(token: string | null): Promise<void>;
  /**
   * Moves all weights to another folder: copied, read back, then removed here. Progress is in the snapshot.
   * @param path absolute; null asks the user with the system's dialog (where `picksFolder`), otherwise it is required
   * @throws DownloadError `folder-not-empty`, `no-space`, `busy`; CancelledError, also where the dialog is dismissed
   */
  moveFolder(path: string | null, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Shows the file of a model, or with null the folder of weights, in the system's file manager. Only where `canReveal`. */
  reveal(id: string | null): Promise<void>;
  /** Opens the official model zoo in the user's browser. */
  openZoo(): Promise<void>;
}

export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: WorkProgress) => void;
}

/** Bytes of a step that may take a while. */
export interface WorkProgress {
  /** `sending` to the server; `checking` every weight or the checksum; `copying` into the library, decoded where needed. */
  readonly phase: 'sending' | 'checking' | 'copying';
  readonly done: number;
  readonly total: number;
}

export interface LibrarySnapshot {
  /** `lost`: the server or main process does not answer just now. */
  readonly connection: 'live' | 'lost';
  /** The catalog in its order, then repositories and imports by name. */
  readonly entries: readonly LibraryEntry[];
  /** Why the models cannot be listed (the folder of weights cannot be read); null where they can. */
  readonly problem: ErrorMessage | null;
  /** Where the weights live. */
  readonly folder: string;
  /** Bytes that the library takes up on the disk, parts of downloads included. */
  readonly totalSize: number;
  /** While weights are being moved to another folder. In bytes. */
  readonly moving: { readonly done: number; readonly total: number } | null;
  readonly hub: HubSettings;
  /** What this shell can do. */
  readonly abilities: {
    /** A checkpoint can be used where it lies. A browser page has no paths. */
    readonly canReference: boolean;
    readonly canReveal: boolean;
    /** The system asks for a folder; otherwise the user types its path. */
    readonly picksFolder: boolean;
  };
}

export interface HubSettings {
  /** As the user set it. */
  readonly mirror: string | null;
  /** What is asked in the end: HF_ENDPOINT goes before the mirror. Null where either of them is no address. */
  readonly endpoint: string | null;
  /** `stored`: by setToken. `environment`: HF_TOKEN. */
  readonly token: 'none' | 'stored' | 'environment';
  /** How long setToken's token is kept: in the system's key store, or until the app or the server ends. */
  readonly tokenKept: 'key-store' | 'until-end';
}

export type LabelSource = 'config' | 'file' | 'imagenet' | 'index';
export type ImportPlace = 'reference' | 'copy';

/** What a dropped checkpoint turned out to be, for the user to confirm. */
export interface ImportProposal {
  readonly id: string;
  /** File names. `ignored` were of no use. */
  readonly files: {
    readonly checkpoint: string;
    readonly spec: string | null;
    readonly labels: string | null;
    readonly ignored: readonly string[];
  };
  /** A suggestion, from the file's name. */
  readonly title: string;
  readonly format: FormatName;
  /** Whose names the tensors have: official, Hugging Face's, … */
  readonly naming: Naming;
  /** Bytes of the file. */
  readonly size: number;
  readonly sha256: string;
  /** Counts and spec; the preprocessing is a guess from the file's name. */
  readonly facts: ModelFacts;
  /** The activation that the names and the head imply; the user may know better. */
  readonly activation: Activation;
  /** Where class names can come from, the best first; `index` (no names) is always the last. */
  readonly labelChoices: readonly { readonly source: LabelSource; readonly labels: readonly string[] }[];
  /** The file's weights cannot be used where they lie, so the library keeps one decoded copy whatever the user chooses. */
  readonly needsCopy: boolean;
  /** What the user can choose from, the default first. */
  readonly places: readonly ImportPlace[];
  /** Why `reference` is not among the places: a `browser` page has no paths, or the file has to be `decoded`. */
  readonly whyNoReference: 'browser' | 'decoded' | null;
  /** Id of a model in the library with the same bytes. */
  readonly alreadyThere: string | null;
  /** Sentences to show: a label file of the wrong length, and the like. */
  readonly notes: readonly string[];
}

export interface ImportChoices {
  readonly title: string;
  /** Of the network's input. */
  readonly size: GridSize;
  readonly activation: Activation;
  readonly labels: LabelSource;
  readonly place: ImportPlace;
}
