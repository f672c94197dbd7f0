import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { heldBytes, settledResidentBytes } from './held.ts';
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
    const measure = async () => ({
      heap: await heldBytes(app.page),
      resident: await settledResidentBytes(),
    });
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
