import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { EnginePage } from '../browser/engine-harness.ts';

const KIB = 1024;
const ASK_MS = 20;

/**
 * The most memory that the engine's process has had at any time (VmHWM, shared memory included). The page and its Worker share a
 * renderer process with nothing else; Chromium's spare renderers never grow as large.
 * @returns bytes; null where the system does not tell (only Linux does)
 */
export async function peakBytes({ page }: EnginePage): Promise<number | null> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  const peaks = await Promise.all(renderers.map(({ id }) => peakOf(id)));
  const known = peaks.filter((peak) => peak !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/**
 * The most memory that the Node program `script` had while it ran to its end (VmHWM, asked for over and over).
 * @returns bytes; null where the system does not tell
 */
export async function peakOfProgram(script: string, words: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => ({ code }));
  let peak: number | null = null;
  let end: { readonly code: unknown } | null = null;
  while (end === null) {
    peak = (await peakOf(child.pid!)) ?? peak;
    end = await Promise.race([ended, setTimeout(ASK_MS, null)]);
  }
  if (end.code !== 0) throw new Error(`${script} ended with exit code ${end.code}.`);
  return peak;
}

async function peakOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * KIB;
}
