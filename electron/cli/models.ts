import { catalogEntry } from '../../models/catalog.ts';
import type { LibraryEntry, ModelState, WeightsPlace } from '../../renderer/shell/library-entry.ts';
import { openLibrary } from '../weights/open-library.ts';
import { type Command, parseWords, print, remark, usageError } from './command.ts';
import { bytesInWords } from './sizes.ts';
import { textTable } from './text-table.ts';

/** `cvt models`: what is here, what is on its way, what can be had. */
export const models: Command = async (words) => {
  const { values, positionals } = parseWords(words, { json: { type: 'boolean', default: false } });
  if (positionals.length > 0) throw usageError('models takes no words.');
  const { library, close } = await openLibrary();
  try {
    const entries = await library.list();
    if (values.json) {
      process.stdout.write(`${JSON.stringify(entries.map(asData), null, 2)}\n`);
    } else {
      print(asTable(entries));
      remark(`${library.folder}: ${bytesInWords(await library.totalSize())}\n`);
    }
  } finally {
    await close();
  }
  return true;
};

function asData({ id, title, kind, size, facts, state }: LibraryEntry) {
  const entry = catalogEntry(id);
  return {
    id,
    title,
    kind,
    size,
    variant: facts?.variant ?? null,
    numClasses: facts?.numClasses ?? null,
    parameters: facts?.parameters ?? null,
    multiplyAdds: facts?.multiplyAdds ?? null,
    accuracy: entry?.accuracy ?? null,
    licence: entry?.licence ?? null,
    unverified: entry?.unverified ?? [],
    state,
  };
}

const HEADINGS = ['MODEL', 'SIZE', 'PARAMETERS', 'MULTIPLY-ADDS', 'TOP-1', 'STATE'];

function asTable(entries: readonly LibraryEntry[]): string {
  const rows = entries.map(({ id, size, facts, state }) => [
    id,
    size === null ? '?' : bytesInWords(size),
    facts ? `${(facts.parameters / 1e6).toFixed(1)} M` : '?',
    facts ? `${(facts.multiplyAdds / 1e9).toFixed(1)} G` : '?',
    catalogEntry(id)?.accuracy.published.toFixed(1) ?? '',
    stateInWords(state),
  ]);
  return textTable([HEADINGS, ...rows]);
}

const PLACES: Readonly<Record<WeightsPlace, string>> = {
  library: '',
  'huggingface-cache': ' (Hugging Face cache)',
  outside: ' (used where it lies)',
};

function stateInWords(state: ModelState): string {
  switch (state.kind) {
    case 'available':
      return state.cached ? 'in the Hugging Face cache' : 'available';
    case 'installed':
      return `installed${PLACES[state.place]}`;
    case 'paused':
      return `paused, ${progressInWords(state.received, state.total)}`;
    case 'downloading':
      return `downloading, ${progressInWords(state.received, state.total)}`;
    case 'queued':
    case 'verifying':
      return state.kind;
    case 'broken':
    case 'error':
      return `${state.kind}: ${state.error.message}`;
  }
}

/** `12.0 MB of 80.2 MB`, or only what has arrived where the total is not known. */
export function progressInWords(received: number, total: number | null): string {
  return total === null ? bytesInWords(received) : `${bytesInWords(received)} of ${bytesInWords(total)}`;
}
