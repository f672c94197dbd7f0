import { webUtils } from 'electron';
import type { LibraryBridge } from '../../renderer/shell/bridge.ts';
import { ask, hear } from '../ipc/page-ipc.ts';

/** The library for the page of a UI window. */
export const libraryBridge: LibraryBridge = {
  follow(listener) {
    const stop = hear('library:changed', listener);
    // What is told meanwhile is newer than the answer.
    let isTold = false;
    const stopNoting = hear('library:changed', () => {
      isTold = true;
    });
    void ask('library:snapshot').then((outcome) => {
      if (outcome.ok && !isTold) listener(outcome.value);
      stopNoting();
    });
    return () => {
      isTold = true;
      stop();
      stopNoting();
    };
  },
  command: (command) => ask('library:command', command),
  async work(ticket, work, onProgress) {
    const stop = hear('library:progress', (tidings) => {
      if (tidings.ticket === ticket) onProgress(tidings.progress);
    });
    try {
      return await ask('library:work', { ticket, work });
    } finally {
      stop();
    }
  },
  cancel: (ticket) => ask('library:cancel', ticket),
  // Empty for a file that was made in the page; the main process refuses it.
  takeFile: (file) => ask('library:file', webUtils.getPathForFile(file)),
};
