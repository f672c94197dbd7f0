import type { Settings } from '../../renderer/shell/settings.ts';
import type { ModelEntry, SampleEntry, ShellVersions } from '../../renderer/shell/shell.ts';

/** Every channel between a page and the main process, once. Types only: the preload scripts carry no libraries. */

/** A page asks, the main process answers. */
export interface Requests {
  'shell:versions': { readonly argument: undefined; readonly answer: ShellVersions };
  'shell:models': { readonly argument: undefined; readonly answer: readonly ModelEntry[] };
  'shell:samples': { readonly argument: undefined; readonly answer: readonly SampleEntry[] };
  'shell:open-external': { readonly argument: string; readonly answer: undefined };
  'settings:read': { readonly argument: undefined; readonly answer: Settings };
  'settings:write': { readonly argument: Settings; readonly answer: undefined };
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

/** What a window is for; it decides what its page may ask. */
export type WindowRole = 'ui' | 'engine';

/** Main process to page: carries one port and no data. */
export const PORT_CHANNEL = 'engine:port';
