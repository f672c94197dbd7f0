import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const schema = z.object({ build: z.string(), crashes: z.int().min(0) });

/**
 * Counts the deaths of the GPU process across starts. Synchronous: the count is needed before the app is ready, and must be
 * on disk before a crash takes the app along.
 */
export class GpuCrashes {
  readonly #file: string;
  readonly #build: string;
  #count: number;

  /** @param build names the app's and Electron's versions: another build may cope, so it starts from zero */
  constructor(file: string, build: string) {
    this.#file = file;
    this.#build = build;
    this.#count = readCount(file, build);
  }

  get count(): number {
    return this.#count;
  }

  record(): void {
    this.#write(this.#count + 1);
  }

  /** A whole run on the GPU went well. */
  forget(): void {
    if (this.#count > 0) this.#write(0);
  }

  #write(crashes: number): void {
    this.#count = crashes;
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      const temporary = `${this.#file}.tmp`;
      writeFileSync(temporary, JSON.stringify({ build: this.#build, crashes }), { mode: 0o600 });
      renameSync(temporary, this.#file);
    } catch (error) {
      // The count still holds for this start; a full disk must not take the app down.
      console.error(`${this.#file} could not be written:`, error);
    }
  }
}

function readCount(file: string, build: string): number {
  try {
    const data = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return data.build === build ? data.crashes : 0;
  } catch {
    // Missing, or damaged by the very crash it should have counted: start over.
    return 0;
  }
}
