import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { InspectApp } from './inspect-page.ts';
import { dropDrawn } from './many-pictures.ts';

/** In a browser of its own each: what earlier pages left to be collected would hide a leak. */

const SIDE = 96;
const INPUT = { kind: 'square', side: SIDE } as const;
/** One input tensor. Activations of a single run, or its taps, are many times as large. */
const INPUT_BYTES = SIDE * SIDE * 3 * 4;

beforeAll(async () => {
  await alone(ensureBuilt);
});

test.each([
  // Of Workers, WASM, files in memory and the GPU process, whose buffers are ordinary memory with this adapter.
  { device: 'wasm', first: 150, count: 2000, perPicture: INPUT_BYTES },
  { device: 'webgpu', first: 15, count: 40, perPicture: 10 * INPUT_BYTES },
] as const)('$count pictures on $device leave no memory behind', async ({ device, first, count, perPicture }) => {
  const app = await InspectApp.start({ device, input: INPUT }, device === 'webgpu');
  try {
    const worked = () => app.page.getByTestId('queue-progress').waitFor({ state: 'detached', timeout: 240_000 });
    const measure = async () => ({ heap: await heldBytes(app), resident: residentBytes() });
    await dropDrawn(app, 0, first, 48);
    await worked();
    const before = await measure();
    await dropDrawn(app, first, count, 48);
    await worked();
    const after = await measure();
    const grown = { heap: (after.heap - before.heap) / count, resident: (after.resident - before.resident) / count };
    console.log(`${device}: heap ${grown.heap.toFixed(0)} and in all ${grown.resident.toFixed(0)} bytes a picture`);
    // A picture's place in the tray, its result and its row; a young heap is given some room.
    expect(grown.heap).toBeLessThan(12_000 + 1e6 / count);
    expect(grown.resident).toBeLessThan(perPicture);
    // Only what is near the view exists.
    expect(await app.page.locator('.tile').count()).toBeLessThan(60);
    expect(app.complaints).toEqual([]);
  } finally {
    await app.close();
  }
});

/** What the page's JavaScript holds after a collection. */
async function heldBytes({ page }: InspectApp): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** Resident memory of every process below this one, as Linux counts it; 0 elsewhere. */
function residentBytes(): number {
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
