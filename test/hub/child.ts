import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'rolldown';
import { findAppRoot } from '../../electron/app-root.ts';

/** A program of ours that runs as a process of its own, to be killed or measured. */
export interface BuiltProgram {
  readonly dir: string;
  start(words: readonly string[], env?: Readonly<Record<string, string>>): RunningProgram;
  remove(): Promise<void>;
}

export interface RunningProgram {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly printed: { stdout: string; stderr: string };
  /** Resolves once stdout or stderr contains this; rejects where it ends before. */
  says(text: string): Promise<void>;
  /** Its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/**
 * Builds `entry` as the app's own build does: Node of any version runs it.
 * @param beside programs that it finds by their names
 */
export async function buildProgram(
  entry: string,
  beside: Readonly<Record<string, string>> = {},
): Promise<BuiltProgram> {
  const root = findAppRoot();
  // Below the project, so that packages and the app's own files are found.
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, 'cvt-test-'));
  await build({
    cwd: root,
    input: { program: entry, ...beside },
    platform: 'node',
    external: [/^node:/, /^onnxruntime-web/, 'sharp', 'undici', 'zod'],
    output: { dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    logLevel: 'warn',
  });
  return {
    dir,
    start: (words, env = {}) => run([join(dir, 'program.mjs'), ...words], env),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

function run(words: readonly string[], env: Readonly<Record<string, string>>): RunningProgram {
  const child = spawn(process.execPath, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
      child.emit('printed');
    });
  const ended = once(child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  let over = false;
  void ended.then(() => {
    over = true;
    child.emit('printed');
  });
  return {
    process: child,
    printed,
    ended,
    async says(text) {
      while (!printed.stdout.includes(text) && !printed.stderr.includes(text)) {
        if (over) throw new Error(`It ended without saying "${text}": ${printed.stderr}`);
        await once(child, 'printed');
      }
    },
  };
}
