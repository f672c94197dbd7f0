import type { GivenPortion, RecentFile } from '../../renderer/shell/desktop.ts';
import type { HostDiagnostics, LogEntry } from '../../renderer/shell/diagnostics.ts';
import type { LibraryCommand, LibraryWork, ToldSnapshot } from '../../renderer/shell/library-wire.ts';
import type { MenuCommand } from '../../renderer/shell/menu-commands.ts';
import type { WorkProgress } from '../../renderer/shell/model-library.ts';
import type { Settings, SettingsChange } from '../../renderer/shell/settings.ts';
import type { GpuStanding, ModelEntry, SampleEntry, ShellVersions } from '../../renderer/shell/shell.ts';

/** Every channel between a page and the main process, once. Types only: the preload scripts carry no libraries. */

/** A page asks, the main process answers. */
export interface Requests {
  'shell:versions': { readonly argument: undefined; readonly answer: ShellVersions };
  'shell:models': { readonly argument: undefined; readonly answer: readonly ModelEntry[] };
  'shell:samples': { readonly argument: undefined; readonly answer: readonly SampleEntry[] };
  'shell:open-external': { readonly argument: string; readonly answer: undefined };
  'gpu:standing': { readonly argument: undefined; readonly answer: GpuStanding };
  'gpu:retry': { readonly argument: undefined; readonly answer: undefined };
  'settings:read': { readonly argument: undefined; readonly answer: Settings };
  'settings:write': { readonly argument: SettingsChange; readonly answer: undefined };
  'library:snapshot': { readonly argument: undefined; readonly answer: ToldSnapshot };
  'library:command': { readonly argument: LibraryCommand; readonly answer: undefined };
  /** `ticket` is of the page's making: progress carries it, and `library:cancel` names it. */
  'library:work': {
    readonly argument: { readonly ticket: string; readonly work: LibraryWork };
    readonly answer: unknown;
  };
  'library:cancel': { readonly argument: string; readonly answer: undefined };
  /** The path comes from the preload script, which has it from the system, for a file that the user dropped or chose. */
  'library:file': { readonly argument: string; readonly answer: { readonly file: string } };
  /** The next part of what the system gave the app to open. */
  'files:take': { readonly argument: undefined; readonly answer: GivenPortion };
  /** Names a given file to the library: what `library:file` is for a dropped one. */
  'files:to-library': { readonly argument: string; readonly answer: { readonly file: string } };
  'recent:list': { readonly argument: undefined; readonly answer: readonly RecentFile[] };
  /** The paths come from the preload script, as in `library:file`. */
  'recent:note': { readonly argument: readonly string[]; readonly answer: undefined };
  'recent:open': { readonly argument: string; readonly answer: undefined };
  'recent:clear': { readonly argument: undefined; readonly answer: undefined };
  /** What the menus may offer while this page is in front. */
  'menu:offer': { readonly argument: readonly MenuCommand[]; readonly answer: undefined };
  'diagnostics:read': { readonly argument: undefined; readonly answer: HostDiagnostics };
  'diagnostics:log': { readonly argument: LogEntry; readonly answer: undefined };
}
export type RequestChannel = keyof Requests;

/** A page tells, nobody answers; which kind of window may. */
export interface Notices {
  /** This page wants a port to the engine. */
  'engine:connect': 'ui';
  /** The engine's page takes ports. */
  'engine:ready': 'engine';
}
export type NoticeChannel = keyof Notices;

/** The main process tells UI windows. */
export interface Tidings {
  'library:changed': ToldSnapshot;
  'library:progress': { readonly ticket: string; readonly progress: WorkProgress };
  /** There is something for `files:take`. */
  'files:given': undefined;
  'recent:changed': readonly RecentFile[];
  'menu:command': MenuCommand;
}
export type TidingChannel = keyof Tidings;

/** What a window is for; it decides what its page may ask. */
export type WindowRole = 'ui' | 'engine';

/** Main process to page: carries one port and no data. */
export const PORT_CHANNEL = 'engine:port';
