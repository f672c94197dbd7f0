import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpConnection } from '../../electron/weights/http.ts';
import { Library, type LibraryOptions } from '../../electron/weights/library.ts';
import { proxiedHttp } from '../../electron/weights/proxied-http.ts';
import { fixtureBytes } from '../formats/sources.ts';
import { bytesContent } from './contents.ts';
import { TestHub } from './hub-server.ts';

/** A fine-tune with ten classes, 400 kB. */
export const TINY = 'someone/cvt-tiny';
export const TINY_WEIGHTS = bytesContent(fixtureBytes('hf-model.safetensors'));

export interface Bench {
  readonly hub: TestHub;
  readonly folder: string;
  /** Pauses between attempts, as they were asked for. */
  readonly waits: number[];
  /** A library on the folder; several see each other's files. */
  library(options?: Partial<LibraryOptions>): Library;
  close(): Promise<void>;
}

/** A hub with {@link TINY} on it and an empty folder for weights. */
export async function openBench(silenceTimeoutMs = 2_000): Promise<Bench> {
  const hub = await TestHub.start();
  hub.put(TINY, 'config.json', bytesContent(fixtureBytes('hf-config.json')), false);
  hub.put(TINY, 'model.safetensors', TINY_WEIGHTS);
  const root = await mkdtemp(join(tmpdir(), 'cvt-library-'));
  const http: HttpConnection = proxiedHttp(silenceTimeoutMs);
  const waits: number[] = [];
  const open: Library[] = [];
  return {
    hub,
    folder: join(root, 'weights'),
    waits,
    library(options = {}) {
      const library = new Library({
        folder: join(root, 'weights'),
        address: { endpoint: hub.endpoint, token: null },
        send: http.send,
        cache: null,
        saveFolder: async () => {},
        retries: { attempts: 3, firstWaitMs: 1, longestWaitMs: 2, longestRetryAfterMs: 60_000 },
        sleep: async (ms) => {
          waits.push(ms);
        },
        ...options,
      });
      open.push(library);
      return library;
    },
    async close() {
      await Promise.all(open.map((library) => library.close()));
      await http.close();
      await hub.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Every file below `folder` with its size, by relative path; nothing where there is no folder. */
export async function filesBelow(folder: string): Promise<Readonly<Record<string, number>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files: Record<string, number> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.slice(folder.length + 1)] = (await stat(path)).size;
  }
  return files;
}

/** What lies in the models folder is complete and right, or there is nothing. */
export async function modelBytes(folder: string): Promise<Buffer | null> {
  return readFile(join(folder, 'models', 'someone--cvt-tiny', 'model.safetensors')).catch(() => null);
}
