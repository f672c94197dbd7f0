import { CancelledError } from '../../models/errors.ts';
import type { LibraryEntry, ModelState } from '../../renderer/shell/library-entry.ts';
import { requireModelId } from '../weights/model-id.ts';
import { openLibrary } from '../weights/open-library.ts';
import { type Command, parseWords, usageError } from './command.ts';
import { progressInWords } from './models.ts';
import { bytesInWords, secondsInWords } from './sizes.ts';
import { StatusLine } from './status-line.ts';

/** `cvt pull`: a model into the library. Its path is the result; Ctrl-C pauses. */
export const pull: Command = async (words, signal) => {
  const { positionals } = parseWords(words, {});
  const [word, ...others] = positionals;
  if (word === undefined || others.length > 0) throw usageError('pull takes one model.');
  const { id } = requireModelId(word);
  const { library, close } = await openLibrary();
  const screen = new StatusLine(id);
  const unsubscribe = library.subscribe((event) => {
    if (event.kind === 'entry' && event.entry.id === id) show(screen, event.entry);
  });
  try {
    const { path, size } = await library.pull(id, signal);
    screen.end(`${id}: ${bytesInWords(size)}, checked and ready.`);
    process.stdout.write(`${path}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof CancelledError)) {
      screen.end(null);
      throw error;
    }
    const { state } = await library.entry(id);
    const where = state.kind === 'paused' ? ` at ${progressInWords(state.received, state.total)}` : '';
    screen.end(`${id}: paused${where}. Go on with: cvt pull ${id}`);
    throw error;
  } finally {
    unsubscribe();
    await close();
  }
};

function show(screen: StatusLine, { state }: LibraryEntry): void {
  const text = inWords(state);
  const kind = state.kind === 'downloading' && state.retry ? 'waiting' : state.kind;
  if (text !== null) screen.show(text, kind);
}

function inWords(state: ModelState): string | null {
  switch (state.kind) {
    case 'queued':
      return 'waiting';
    case 'verifying':
      return `checking, ${progressInWords(state.checked, state.total)}`;
    case 'downloading': {
      if (state.retry) return `${state.retry.reason.message} Trying again in ${retryIn(state.retry.at)}.`;
      const speed = state.bytesPerSecond === null ? '' : `, ${bytesInWords(state.bytesPerSecond)}/s`;
      const left = state.secondsLeft === null ? '' : `, ${secondsInWords(state.secondsLeft)} left`;
      return `${progressInWords(state.received, state.total)}${speed}${left}`;
    }
    default:
      return null;
  }
}

function retryIn(at: number): string {
  return secondsInWords(Math.max(0, at - Date.now()) / 1000);
}
