import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** What a page and the processes behind it hold, measured so that what is only waiting for a collection does not count. */

/** Collections until the heap is no longer getting smaller. */
const MOST_COLLECTIONS = 8;

/** What the page's JavaScript holds once collections take nothing more away. */
export async function heldBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  let held = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < MOST_COLLECTIONS; turn++) {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    if (usedSize > held * 0.99) break;
    held = usedSize;
  }
  await session.detach();
  return held;
}

/** Resident memory of every process below this one, as Linux counts it; 0 elsewhere. */
export function residentBytes(): number {
  if (process.platform !== 'linux') return 0;
  const processes = readdirSync('/proc').flatMap((name) => {
    try {
      // The name, in parentheses, may hold spaces: what follows it is counted from its end.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ id: Number(name), parent: Number(fields[1]), pages: Number(fields[21]) }];
    } catch {
      return [];
    }
  });
  const family = new Set([process.pid]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { id, parent } of processes) if (family.has(parent)) family.add(id);
  }
  family.delete(process.pid);
  return processes.filter(({ id }) => family.has(id)).reduce((sum, { pages }) => sum + pages * 4096, 0);
}

/** The least of several looks, a second apart: memory that is given back a little later is not held. */
export async function settledResidentBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 5; look++) {
    least = Math.min(least, residentBytes());
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return least;
}

/** Files, sockets and pipes that this process has open, the app's server among it, as Linux counts them; 0 elsewhere. */
export function openHandles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}
