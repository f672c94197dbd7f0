import { z } from 'zod';
import { MENU_COMMANDS, type MenuCommand } from './menu-commands.ts';

/** What the desktop app has and a browser has not: menus, files that the system hands over, and files opened before. */

/** In characters. */
const MAX_NAME = 4096;

/** A file that was named on the command line, opened with the app, or opened again. The page never learns where it lies. */
const givenFileSchema = z.object({
  /** For {@link Desktop}'s other side. */
  id: z.string().min(1).max(100),
  name: z.string().min(1).max(MAX_NAME),
  /** From the folder that was given on, its name included; the name itself for a file given by itself. */
  path: z.string().min(1).max(MAX_NAME),
  /** Whether it was found in a folder that was given. */
  inFolder: z.boolean(),
  /** Where the page can read it; an address of the app's own origin. */
  url: z.string().regex(/^\/given\/[\w-]+$/),
});
export type GivenFile = z.infer<typeof givenFileSchema>;

export const givenPortionSchema = z.object({
  files: z.array(givenFileSchema),
  /** A sentence for each thing that could not be opened. */
  problems: z.array(z.string()),
  /** Whether there are others to ask for. */
  more: z.boolean(),
});
/** A part of what was given, in order. */
export type GivenPortion = z.infer<typeof givenPortionSchema>;

export const recentFileSchema = z.object({
  id: z.string().min(1).max(100),
  /** The file's or folder's own name, with the folder's before it where two have the same. */
  title: z.string().min(1).max(MAX_NAME),
  kind: z.enum(['picture', 'folder', 'model', 'recipe', 'other']),
});
/** Something that was opened before. */
export type RecentFile = z.infer<typeof recentFileSchema>;
export const recentFilesSchema = z.array(recentFileSchema);

export const menuCommandSchema = z.enum(MENU_COMMANDS);

/** The part of the shell that only the desktop app has. */
export interface Desktop {
  /** Calls `listener` with what the menus ask for, until the answer is called. */
  onCommand(listener: (command: MenuCommand) => void): () => void;
  /** Says which commands can be carried out just now; the menus grey the others. The first call says that the page listens. */
  offer(commands: readonly MenuCommand[]): void;
  /** Calls `listener` whenever there is something to take, until the answer is called. */
  onGiven(listener: () => void): () => void;
  takeGiven(): Promise<GivenPortion>;
  readonly recents: Recents;
}

/** Files and folders opened before, the latest first. */
export interface Recents {
  /** The list as it is and whenever it changes, until the answer is called. */
  follow(listener: (files: readonly RecentFile[]) => void): () => void;
  /** Opens one again: it comes as a given file. One that is gone leaves the list, and the page is told. */
  open(id: string): Promise<void>;
  clear(): Promise<void>;
  /** Remembers what the user dropped or chose. Files without a place on a disk are left out. Never rejects. */
  note(files: readonly File[]): void;
}
