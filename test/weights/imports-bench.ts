import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImportFile } from '../../electron/weights/import-files.ts';
import { Imports } from '../../electron/weights/imports.ts';
import { Library } from '../../electron/weights/library.ts';

export const IMAGENET_LABELS = Array.from({ length: 1000 }, (_, index) => `imagenet ${index}`);

export interface ImportBench {
  /** Where the user's own files lie. */
  readonly desk: string;
  /** Where weights live. */
  readonly weights: string;
  readonly library: Library;
  readonly imports: Imports;
  /** Puts a file of test/fixtures on the desk. */
  fixture(name: string, as?: string): Promise<ImportFile>;
  write(name: string, content: string | Uint8Array): Promise<ImportFile>;
  close(): Promise<void>;
}

/** A library without a hub, and a folder with files to import. */
export async function openImportBench(): Promise<ImportBench> {
  const root = await mkdtemp(join(tmpdir(), 'cvt-imports-'));
  const desk = join(root, 'desk');
  const weights = join(root, 'weights');
  await mkdir(desk);
  const library = new Library({
    folder: weights,
    address: { endpoint: 'http://127.0.0.1:9', token: null },
    send: () => Promise.reject(new Error('An import asks no hub.')),
    cache: null,
    saveFolder: async () => {},
  });
  const imports = new Imports({ library, imagenetLabels: async () => IMAGENET_LABELS });
  return {
    desk,
    weights,
    library,
    imports,
    async fixture(name, as = name) {
      await copyFile(fixturePath(name), join(desk, as));
      return { name: as, path: join(desk, as) };
    },
    async write(name, content) {
      await writeFile(join(desk, name), content);
      return { name, path: join(desk, name) };
    },
    async close() {
      await imports.close();
      await library.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** A fixture of safetensors with one number replaced: the last float32 of the file. */
export async function withLastNumber(name: string, value: number): Promise<Uint8Array> {
  const bytes = await readFile(fixturePath(name));
  bytes.writeFloatLE(value, bytes.length - 4);
  return bytes;
}
