import { readFile } from 'node:fs/promises';
import type { EnginePage } from '../browser/engine-harness.ts';

const KIB = 1024;

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

async function peakOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * KIB;
}
