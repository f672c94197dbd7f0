import { catalogEntry } from '../../models/catalog.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { fromErrorMessage } from '../../models/errors.ts';
import { OFFICIAL_224 } from '../../models/image/preprocessing.ts';
import type { LibraryEntry, ModelState } from '../../renderer/shell/library-entry.ts';
import type { ImportProposal, LibrarySnapshot, ModelLibrary, WorkOptions } from '../../renderer/shell/model-library.ts';
import { settled } from './fake-engine.ts';

/** A question to the library that waits for the test. */
export interface PendingAsk {
  readonly method: string;
  readonly argument: unknown;
  readonly options: WorkOptions;
  answer(value?: unknown): Promise<void>;
  fail(name: string, code: string): Promise<void>;
}

/** A library whose every answer the test gives, in any order; an abort is noted, and answered by the test as well. */
export class FakeLibrary {
  readonly pending: PendingAsk[] = [];
  readonly discarded: string[] = [];

  /** Only what the tests ask; anything else is a mistake of theirs. */
  get contract(): ModelLibrary {
    const ask = (method: string, argument: unknown, options: WorkOptions = {}) => this.#ask(method, argument, options);
    const offered: Partial<ModelLibrary> = {
      use: (id, options) => ask('use', id, options) as ReturnType<ModelLibrary['use']>,
      inspect: (files, options) => ask('inspect', files, options) as ReturnType<ModelLibrary['inspect']>,
      confirmImport: (id, choices, options) =>
        ask('confirmImport', { id, choices }, options) as ReturnType<ModelLibrary['confirmImport']>,
      download: (id) => ask('download', id) as Promise<void>,
      discard: async (id) => {
        this.discarded.push(id);
      },
    };
    return offered as ModelLibrary;
  }

  /** The oldest waiting question of this kind. */
  next(method: string): PendingAsk {
    const found = this.pending.find((each) => each.method === method);
    if (!found)
      throw new Error(`No ${method} waits; there are: ${this.pending.map((each) => each.method).join(', ')}.`);
    return found;
  }

  #ask(method: string, argument: unknown, options: WorkOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.pending.splice(this.pending.indexOf(entry), 1);
        act();
        return settled();
      };
      const entry: PendingAsk = {
        method,
        argument,
        options,
        answer: (value) => settle(() => resolve(value)),
        fail: (name, code) => settle(() => reject(fromErrorMessage({ name, code, message: `${method}: ${code}` }))),
      };
      this.pending.push(entry);
    });
  }
}

export const INSTALLED: Extract<ModelState, { kind: 'installed' }> = {
  kind: 'installed',
  path: '/weights/model',
  size: 80_200_000,
  sha256: 'ab',
  checkedAgainst: 'hub',
  place: 'library',
};
export const AVAILABLE: ModelState = { kind: 'available', cached: false };

export function libraryEntry(id: string, state: ModelState): LibraryEntry {
  const catalog = catalogEntry(id);
  const kind = catalog ? 'catalog' : id.startsWith('imported:') ? 'imported' : 'repository';
  return { id, title: catalog?.title ?? id, kind, size: catalog?.file.approximateSize ?? null, facts: catalog, state };
}

export function snapshot(...entries: readonly LibraryEntry[]): LibrarySnapshot {
  return {
    connection: 'live',
    entries,
    problem: null,
    folder: '/weights',
    totalSize: 0,
    moving: null,
    hub: { mirror: null, endpoint: 'https://huggingface.co', token: 'none', tokenKept: 'until-end' },
    abilities: { canReference: false, canReveal: false, picksFolder: false },
  };
}

export const PROPOSAL: ImportProposal = {
  id: 'proposal',
  files: { checkpoint: 'model.pth', spec: null, labels: null, ignored: [] },
  title: 'model',
  format: 'pytorch',
  naming: 'official',
  size: 80_000_000,
  sha256: 'ab',
  facts: {
    spec: VARIANTS['cvt-13'],
    variant: 'cvt-13',
    numClasses: 1000,
    parameters: 19_997_480,
    multiplyAdds: 4_566_000_000,
    preprocessing: OFFICIAL_224,
  },
  activation: 'quick_gelu',
  labelChoices: [{ source: 'index', labels: [] }],
  needsCopy: false,
  places: ['copy'],
  whyNoReference: 'browser',
  alreadyThere: null,
  notes: [],
};
