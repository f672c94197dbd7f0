import { resolve } from 'node:path';

/** Options of `serve`, for a start that ends there; the window has no use for them. */
const SERVE_OPTIONS = ['--port', '--no-open', '--any-user'];

/**
 * Sorts the words after `npm start`: options apart from the files and folders to open, which become absolute, because npm runs
 * scripts in the project's folder and not in the caller's.
 * @param {readonly string[]} words
 * @param {string} folder that relative paths are meant from
 */
export function sortWords(words, folder) {
  /** @type {string[]} */
  const serve = [];
  /** @type {string[]} */
  const window = [];
  /** @type {string[]} */
  const files = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      files.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-')) files.push(word);
    else if (!SERVE_OPTIONS.includes(word.split('=', 1)[0] ?? '')) window.push(word);
    else {
      serve.push(word);
      // `--port 7000`
      if (word === '--port' && at + 1 < words.length) serve.push(words[++at] ?? '');
    }
  }
  return {
    serve,
    window,
    files: files.filter((file) => file !== '').map((file) => (/^file:/i.test(file) ? file : resolve(folder, file))),
  };
}
