import type { Activation, OfficialSpec } from '../../models/cvt/spec.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import type { Engine } from '../engine/engine.ts';
import type { Desktop } from './desktop.ts';
import type { HostDiagnostics, LogEntry } from './diagnostics.ts';
import type { ModelLibrary } from './model-library.ts';
import type { Settings, SettingsChange } from './settings.ts';

/** A model that the app can offer. Its files are URLs of the app's own origin. */
export interface ModelEntry {
  readonly id: string;
  readonly title: string;
  /** One or two sentences: what it is, what it is for, what it is not for. */
  readonly note: string;
  readonly weightsUrl: string;
  /** In bytes. */
  readonly weightsSize: number;
  readonly spec: OfficialSpec | null;
  readonly activation: Activation | null;
  readonly preprocessing: Preprocessing;
  /** Class names in index order. */
  readonly labels: readonly string[];
}

export interface SampleEntry {
  readonly name: string;
  readonly url: string;
  /** What is drawn on it. */
  readonly label: string;
}

export interface ShellVersions {
  readonly app: string;
  /** `Electron 45.4.1`, or `served to a browser`. */
  readonly host: string;
}

/** `avoided`: it died so often that the app does without it, until the user wants it tried again. */
export type GpuStanding =
  | { readonly kind: 'open' }
  /** `restarts`: trying it again starts the app anew. */
  | { readonly kind: 'avoided'; readonly restarts: boolean };

export interface GpuControl {
  standing(): Promise<GpuStanding>;
  /** Forgets the crashes and tries the GPU again. Nothing happens where it is not avoided. */
  retry(): Promise<void>;
}

/**
 * What the UI needs from the machine it runs on. The Electron preload gives it over IPC, `serve` over loopback HTTP; the UI
 * never knows which.
 */
export interface Shell {
  readonly kind: 'electron' | 'serve';
  versions(): Promise<ShellVersions>;
  models(): Promise<readonly ModelEntry[]>;
  samples(): Promise<readonly SampleEntry[]>;
  readSettings(): Promise<Settings>;
  /** They are on disk when this resolves; what `change` does not name is left as another window may have written it. */
  writeSettings(change: SettingsChange): Promise<void>;
  /** One engine for all windows. The connection survives restarts of the engine. */
  engine(): Engine;
  /** The models of this machine; one for the page. */
  library(): ModelLibrary;
  /** Null where the GPU is the browser's, which keeps its own count of crashes. */
  readonly gpu: GpuControl | null;
  /** Menus, files that the system opens with the app, recent files; null in a browser, which has and keeps its own. */
  readonly desktop: Desktop | null;
  /** What this machine and the app's other side know for whoever looks for a fault. */
  diagnostics(): Promise<HostDiagnostics>;
  /** Has something written into the local log. Never throws, and tells nobody whether it was. */
  log(entry: LogEntry): void;
  /** Opens one of the few pages the app links to (EXTERNAL_LINKS) in the user's browser. */
  openExternal(url: string): Promise<void>;
}

/** The only addresses that leave the app. */
export const EXTERNAL_LINKS = {
  paper: 'https://arxiv.org/abs/2103.15808',
  /** The official README's, "You can download all the models from our model zoo". */
  officialZoo: 'https://1drv.ms/u/s!AhIXJn_J-blW9RzF3rMW7SsLHa8h?e=blQ0Al',
  officialCode: 'https://github.com/microsoft/CvT',
  notoEmoji: 'https://github.com/googlefonts/noto-emoji',
  /** package.json’s `homepage` (test/shell). */
  website: 'https://github.com/cvt-lens/cvt-lens',
  /** Looking is the user's own act: the app asks nobody by itself. */
  releases: 'https://github.com/cvt-lens/cvt-lens/releases',
} as const;

export function isExternalLink(url: string): boolean {
  return Object.values(EXTERNAL_LINKS).some((link) => link === url);
}
