import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../settings/write-whole.ts';

/** In the system's pixels, independent of a display's density. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const MIN_SIZE = { width: 800, height: 560 } as const;
const FIRST_SIZE = { width: 1360, height: 900 } as const;
/** So much of the top of a window must be on a display that one can take hold of it. */
const GRIP = { width: 120, height: 32 } as const;

const pixels = z.int().min(-100_000).max(100_000);
const stateSchema = z.object({
  bounds: z.object({ x: pixels, y: pixels, width: pixels.positive(), height: pixels.positive() }),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof stateSchema>;

/** Where a window opens: without a place, in the middle of the main display. */
export interface Placement {
  readonly size: { readonly width: number; readonly height: number };
  readonly position: { readonly x: number; readonly y: number } | null;
  readonly maximized: boolean;
}

/**
 * Where a window may open, given where it was closed: displays come and go and change their size, and a window that opens on one
 * that is no longer there can never be seen.
 * @param displays the areas of all displays without docks and bars, the main one first
 */
export function placeWindow(last: WindowState | null, displays: readonly Bounds[]): Placement {
  const maximized = last?.maximized ?? false;
  const wanted = last?.bounds ?? FIRST_SIZE;
  const home = last === null ? undefined : displays.find((display) => canBeTaken(last.bounds, display));
  const room = home ?? displays[0] ?? FIRST_SIZE;
  const size = {
    width: Math.max(MIN_SIZE.width, Math.min(wanted.width, room.width)),
    height: Math.max(MIN_SIZE.height, Math.min(wanted.height, room.height)),
  };
  return { size, position: home && last ? { x: last.bounds.x, y: last.bounds.y } : null, maximized };
}

function canBeTaken(window: Bounds, display: Bounds): boolean {
  const across =
    Math.min(window.x + window.width, display.x + display.width) - Math.max(window.x, display.x) >= GRIP.width;
  const top = window.y >= display.y && window.y + GRIP.height <= display.y + display.height;
  return across && top;
}

/** The last state of the window, in the data folder. */
export class WindowStateFile {
  readonly #path: string;
  #work: Promise<void> = Promise.resolve();

  constructor(home: string) {
    this.#path = join(home, 'window.json');
  }

  /** Null where there is none, or none that makes sense. Synchronous, because no window can be made before. */
  read(): WindowState | null {
    try {
      return stateSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return null;
    }
  }

  /** Never rejects: a window's place is not worth a message. */
  write(state: WindowState): Promise<void> {
    this.#work = this.#work
      .then(() => writeWhole(this.#path, `${JSON.stringify(state)}\n`))
      .catch((error: unknown) => console.error('The window’s place could not be written:', error));
    return this.#work;
  }

  close(): Promise<void> {
    return this.#work;
  }
}
