import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The files and folders that a command line names. Whatever begins with a dash is an option, of ours or of Chromium, until a bare
 * `--`; desktops may pass addresses instead of paths.
 * @param words without the executable, and without the app's folder
 * @param folder that relative paths are meant from
 */
export function wordsToPaths(words: readonly string[], folder: string): readonly string[] {
  const end = words.indexOf('--');
  const before = end === -1 ? words : words.slice(0, end);
  const named = [...before.filter((word) => !word.startsWith('-')), ...(end === -1 ? [] : words.slice(end + 1))];
  return named.flatMap((word) => {
    const path = /^file:/i.test(word) ? pathOf(word) : word;
    return path === '' ? [] : [resolve(folder, path)];
  });
}

/** The words of this process that are the user's: `electron .` has the app's folder among them, the packaged app has not. */
export function ownWords(argv: readonly string[], isDefaultApp: boolean): readonly string[] {
  return argv.slice(isDefaultApp ? 2 : 1);
}

/** The address itself where it names no file of this machine: that it cannot be opened is then said. */
function pathOf(address: string): string {
  try {
    return fileURLToPath(address);
  } catch {
    return address;
  }
}
