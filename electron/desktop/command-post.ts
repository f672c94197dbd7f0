import type { MenuCommand } from '../../renderer/shell/menu-commands.ts';

interface Windows {
  /** Hands a command to the page in front. */
  deliver(command: MenuCommand): void;
  /** Opens a window, or brings the one that is there to the front. */
  show(): void;
}

/**
 * Takes the menus' commands to a page. A Mac's menus stay when the last window is gone, and a page needs a moment until it listens:
 * what is asked for meanwhile waits for it.
 */
export class CommandPost {
  readonly #windows: Windows;
  #waiting: MenuCommand[] = [];
  #listens = false;

  constructor(windows: Windows) {
    this.#windows = windows;
  }

  run(command: MenuCommand): void {
    if (this.#listens) {
      this.#windows.deliver(command);
      return;
    }
    this.#waiting.push(command);
    this.#windows.show();
  }

  /** A page has said what it offers. */
  pageListens(): void {
    this.#listens = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) this.#windows.deliver(command);
  }

  /** The last window is gone, or its page is loaded again. */
  pageIsGone(): void {
    this.#listens = false;
  }
}
