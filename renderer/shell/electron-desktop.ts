import type { DesktopBridge } from './bridge.ts';
import {
  type Desktop,
  type GivenPortion,
  givenPortionSchema,
  menuCommandSchema,
  type RecentFile,
  recentFilesSchema,
} from './desktop.ts';
import type { MenuCommand } from './menu-commands.ts';
import { unwrap, unwrapAs } from './unwrap.ts';

/** {@link Desktop} over the preload script's bridge. */
export class ElectronDesktop implements Desktop {
  readonly recents: Desktop['recents'];
  readonly #bridge: DesktopBridge;

  constructor(bridge: DesktopBridge) {
    this.#bridge = bridge;
    this.recents = {
      follow: (listener) => followRecents(bridge, listener),
      open: async (id) => void unwrap(await bridge.openRecent(id)),
      clear: async () => void unwrap(await bridge.clearRecents()),
      note: (files) => void bridge.noteRecents(files).catch(() => {}),
    };
  }

  onCommand(listener: (command: MenuCommand) => void): () => void {
    return this.#bridge.onCommand((told) => {
      const command = menuCommandSchema.safeParse(told);
      if (command.success) listener(command.data);
    });
  }

  offer(commands: readonly MenuCommand[]): void {
    void this.#bridge.offer(commands).catch(() => {});
  }

  onGiven(listener: () => void): () => void {
    return this.#bridge.onGiven(listener);
  }

  async takeGiven(): Promise<GivenPortion> {
    return unwrapAs(givenPortionSchema, await this.#bridge.takeGiven());
  }
}

/** What is told meanwhile is newer than the answer. */
function followRecents(bridge: DesktopBridge, listener: (files: readonly RecentFile[]) => void): () => void {
  let isTold = false;
  const stop = bridge.onRecents((told) => {
    isTold = true;
    const files = recentFilesSchema.safeParse(told);
    if (files.success) listener(files.data);
  });
  bridge.recents().then(
    (outcome) => {
      if (!isTold) listener(unwrapAs(recentFilesSchema, outcome));
    },
    () => {},
  );
  return () => {
    isTold = true;
    stop();
  };
}
