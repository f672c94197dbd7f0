import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Browser } from 'playwright-core';

const KIB = 1024;
const ASK_MS = 20;

/** Bytes of a process; null where the system does not tell (only Linux does). */
export interface Memory {
  /** The most that was resident at any time (VmHWM): also pages of the program's file and what is shared with other processes. */
  readonly peakResident: number | null;
  /** What nobody else uses (RssAnon and swapped), as Chromium's own task manager counts it. */
  readonly private: number | null;
}

/**
 * Of the engine's process. The page and its Worker share a renderer process with nothing else; Chromium's spare renderers never grow as
 * large.
 */
export async function engineMemory(browser: Browser): Promise<Memory> {
  return largestOf(await rendererIds(browser));
}

async function rendererIds(browser: Browser): Promise<readonly number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

async function largestOf(processes: readonly number[]): Promise<Memory> {
  const all = await Promise.all(processes.map(memoryOf));
  const largest = (field: keyof Memory): number | null => {
    const known = all.map((each) => each[field]).filter((bytes) => bytes !== null);
    return known.length > 0 ? Math.max(...known) : null;
  };
  return { peakResident: largest('peakResident'), private: largest('private') };
}

/** The same over the time that `work` takes: the private memory's peak as well, asked for over and over. */
export async function engineMemoryDuring(browser: Browser, work: () => Promise<void>): Promise<Memory> {
  const processes = await rendererIds(browser);
  const ended = work().then(() => true);
  let most: number | null = null;
  for (let isOver = false; !isOver; isOver = await Promise.race([ended, setTimeout(ASK_MS, false)])) {
    const { private: now } = await largestOf(processes);
    if (now !== null) most = Math.max(most ?? 0, now);
  }
  const { peakResident } = await largestOf(processes);
  return { peakResident, private: most };
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
    peak = (await memoryOf(child.pid!)).peakResident ?? peak;
    end = await Promise.race([ended, setTimeout(ASK_MS, null)]);
  }
  if (end.code !== 0) throw new Error(`${script} ended with exit code ${end.code}.`);
  return peak;
}

async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const bytes = (field: string): number | null => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * KIB;
  };
  const anonymous = bytes('RssAnon');
  return {
    peakResident: bytes('VmHWM'),
    private: anonymous === null ? null : anonymous + (bytes('VmSwap') ?? 0),
  };
}
