import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ImportError, LensError } from '../../models/errors.ts';
import type { GivenFile, GivenPortion } from '../../renderer/shell/desktop.ts';
import { findPictures } from '../evaluation/find-pictures.ts';
import type { Asset, AssetLookup } from '../protocol/assets.ts';
import { contentType } from '../protocol/content-types.ts';

/** A page reads them and asks for more. */
const PORTION = 128;
/** Addresses that are kept for pages that still read. The oldest go; a page takes a portion only when the last one is read. */
const MOST_OUT = 4 * PORTION;
/** A folder with more is for the page's own search through folders, which needs no copy of anything. */
export const MOST_IN_FOLDER = 5_000;
const PREFIX = '/given/';

interface Waiting {
  readonly path: string;
  /** As a page may see it. */
  readonly shown: string;
  readonly inFolder: boolean;
}

/**
 * What the system gave the app to open: a page asks for it in portions and reads each file at an address that nobody can guess and
 * that says nothing of where it lies. Folders are searched for pictures, as when they are dropped.
 */
export class GivenFiles implements AssetLookup {
  readonly #told: () => void;
  readonly #waiting: Waiting[] = [];
  #problems: string[] = [];
  readonly #out = new Map<string, { readonly asset: Asset; readonly id: string }>();
  /** What is given next waits for what was given before, so that the order stays. */
  #looking: Promise<void> = Promise.resolve();

  /** @param told is called whenever there is something to take */
  constructor(told: () => void) {
    this.#told = told;
  }

  get(path: string): Asset | undefined {
    return this.#out.get(path)?.asset;
  }

  /** Whether anything waits to be taken. */
  get waits(): boolean {
    return this.#waiting.length > 0 || this.#problems.length > 0;
  }

  /** @returns the paths that are there. Never rejects. */
  async give(paths: readonly string[]): Promise<readonly string[]> {
    const before = this.#looking;
    const found: string[] = [];
    this.#looking = before.then(async () => {
      for (const path of paths) if (await this.#look(path)) found.push(path);
    });
    await this.#looking;
    if (this.waits) this.#told();
    return found;
  }

  take(): GivenPortion {
    const files = this.#waiting.splice(0, PORTION).map((waiting) => this.#handOut(waiting));
    const problems = this.#problems;
    this.#problems = [];
    return { files, problems, more: this.waits };
  }

  /** @throws ImportError `import-gone` */
  pathOf(id: string): string {
    for (const { asset, id: known } of this.#out.values()) if (known === id) return asset.file;
    throw new ImportError('import-gone', 'This file is no longer known. Open it once more.');
  }

  async #look(path: string): Promise<boolean> {
    const name = basename(path) || path;
    try {
      const status = await stat(path);
      if (status.isDirectory()) await this.#search(path, name);
      else if (status.isFile()) this.#waiting.push({ path, shown: name, inFolder: false });
      else this.#problems.push(`${name}: it is neither a file nor a folder.`);
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      const isGone = error.code === 'ENOENT' || error.code === 'ENOTDIR';
      this.#problems.push(
        isGone
          ? `${name}: there is nothing at this place. It may have been moved, renamed or removed.`
          : `${name}: the system would not open it (${error.code}).`,
      );
      return !isGone;
    }
  }

  async #search(folder: string, name: string): Promise<void> {
    try {
      const { paths, unreadable } = await findPictures(folder, NEVER);
      for (const path of paths.slice(0, MOST_IN_FOLDER))
        this.#waiting.push({ path: join(folder, path), shown: `${name}/${path}`, inFolder: true });
      if (paths.length === 0) this.#problems.push(`${name}: no pictures in this folder.`);
      if (paths.length > MOST_IN_FOLDER)
        this.#problems.push(
          `${name}: the first ${MOST_IN_FOLDER} of ${paths.length} pictures are opened. Drop the folder on the window for all.`,
        );
      for (const { folder: below, reason } of unreadable)
        this.#problems.push(`${name}/${below}: the folder could not be read (${reason}).`);
    } catch (error) {
      if (!(error instanceof LensError)) throw error;
      this.#problems.push(`${name}: the folder could not be read.`);
    }
  }

  #handOut({ path, shown, inFolder }: Waiting): GivenFile {
    for (const [oldest] of this.#out) if (this.#out.size >= MOST_OUT) this.#out.delete(oldest);
    const id = randomBytes(18).toString('base64url');
    const url = PREFIX + id;
    const type = contentType(path);
    // A page or a script of somebody's must not become one of ours.
    const isPicture = type?.startsWith('image/') && type !== 'image/svg+xml';
    const asset = {
      file: path,
      contentType: isPicture ? type! : 'application/octet-stream',
      page: false,
      hashed: false,
    };
    this.#out.set(url, { asset, id });
    return { id, name: basename(path), path: shown, inFolder, url };
  }
}

const NEVER = new AbortController().signal;

/** Looks in one after the other. */
export function firstOf(...lookups: readonly AssetLookup[]): AssetLookup {
  return {
    get(path) {
      for (const lookup of lookups) {
        const asset = lookup.get(path);
        if (asset) return asset;
      }
      return undefined;
    },
  };
}
