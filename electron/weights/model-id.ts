import { CATALOG, type CatalogEntry, catalogEntry } from '../../models/catalog.ts';
import { DownloadError } from '../../models/errors.ts';

export const DEFAULT_REVISION = 'main';

/** What an id stands for. */
export type ModelId =
  | { readonly kind: 'catalog'; readonly id: string; readonly entry: CatalogEntry }
  | { readonly kind: 'repository'; readonly id: string; readonly repository: string; readonly revision: string }
  /** Brought in by the user: `imported:name`. */
  | { readonly kind: 'imported'; readonly id: string };

/** What a hub has. */
export type HubModelId = Exclude<ModelId, { readonly kind: 'imported' }>;

export const IMPORTED_PREFIX = 'imported:';
const IMPORTED_NAME = /^(?![-.])(?!.*--)[a-z0-9._-]{1,80}$/;

/** The hub's own rules for names (huggingface_hub, `validate_repo_id`), and git's for revisions, as far as they matter here. */
const NAME = /^(?![-.])[A-Za-z0-9._-]{1,96}(?<![-.])$/;
const FORBIDDEN_IN_NAME = /--|\.\./;
const REVISION = /^(?![-/.])[A-Za-z0-9._/-]{1,200}(?<![-/.])$/;
const FORBIDDEN_IN_REVISION = /\.\.|\/\//;

/**
 * What `text` names: a catalog id, an import `imported:name`, or a repository `owner/name[@revision]`; null where it can be none. An official
 * repository at its main revision is the catalog's entry.
 */
export function parseModelId(text: string): ModelId | null {
  const known = catalogEntry(text);
  if (known) return { kind: 'catalog', id: known.id, entry: known };
  if (text.startsWith(IMPORTED_PREFIX))
    return IMPORTED_NAME.test(text.slice(IMPORTED_PREFIX.length)) ? { kind: 'imported', id: text } : null;
  const at = text.indexOf('@');
  const repository = at < 0 ? text : text.slice(0, at);
  const revision = at < 0 ? DEFAULT_REVISION : text.slice(at + 1);
  const names = repository.split('/');
  if (names.length !== 2 || !names.every((name) => NAME.test(name) && !FORBIDDEN_IN_NAME.test(name))) return null;
  if (!REVISION.test(revision) || FORBIDDEN_IN_REVISION.test(revision)) return null;
  const official = CATALOG.find(
    ({ file }) => file.repository.toLowerCase() === repository.toLowerCase() && file.revision === revision,
  );
  // With "@main" written out, the repository itself is meant: the way to a file that is no longer the published one.
  if (official && at < 0) return { kind: 'catalog', id: official.id, entry: official };
  const id = revision === DEFAULT_REVISION && !official ? repository : `${repository}@${revision}`;
  return { kind: 'repository', id, repository, revision };
}

/** An id for an import that is called `title`; not one of `taken`. */
export function freeImportId(title: string, taken: readonly string[]): string {
  const ascii = title.normalize('NFKD').toLowerCase();
  const words = ascii.replaceAll(/\p{M}/gu, '').replaceAll(/[^a-z0-9._]+/g, '-');
  const name = words.slice(0, 60).replaceAll(/^[-.]+|[-.]+$/g, '') || 'model';
  for (let count = 1; ; count++) {
    const id = `${IMPORTED_PREFIX}${name}${count === 1 ? '' : `-${count}`}`;
    if (!taken.includes(id)) return id;
  }
}

export function isImported(id: string): boolean {
  return id.startsWith(IMPORTED_PREFIX);
}

/** @throws DownloadError `unknown-model` */
export function requireModelId(text: string): ModelId {
  const id = parseModelId(text);
  if (id) return id;
  throw new DownloadError(
    'unknown-model',
    `"${text}" is no model of the catalog and no repository (owner/name, or owner/name@revision). "cvt models" lists what can be had.`,
  );
}
