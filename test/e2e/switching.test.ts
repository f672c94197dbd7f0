import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { heldBytes, openHandles, settledResidentBytes } from './held.ts';
import { fileAt, InspectApp, SAMPLES } from './inspect-page.ts';
import { importTiny, switchModels } from './switching.ts';

/** Compiled code, caches and pools fill up first. */
const FIRST = 24;
const SWITCHES = 200;
/** A settled page may still have grown by the odd table that doubled. */
const HEAP_BYTES = 4e6;
/**
 * Of all of Chromium's processes. Each switch analyses the picture anew, and the engine keeps what the latest runs' maps are computed from:
 * 0.23 MB a run here on average, until it is 384 MiB; and the runtime's memory grows in steps of a fifth. A demo network that stayed
 * would be 4 MB of weights alone.
 */
const RESIDENT_BYTES_A_SWITCH = 1_200_000;
const HANDLES = 8;

beforeAll(async () => {
  await alone(ensureBuilt);
});

test(`${SWITCHES} switches between models leave neither memory nor files behind`, async () => {
  const app = await InspectApp.start({ device: 'wasm', input: { kind: 'square', side: 96 } }, false);
  try {
    await app.drop(fileAt(join(SAMPLES, 'parrot.jpg')));
    const titles = await importTiny(app);
    const measure = async () => ({
      heap: await heldBytes(app.page),
      resident: await settledResidentBytes(),
      handles: openHandles(),
    });
    await switchModels(app, titles, FIRST);
    const before = await measure();
    await switchModels(app, titles, SWITCHES);
    const after = await measure();
    const grown = {
      heap: after.heap - before.heap,
      resident: (after.resident - before.resident) / SWITCHES,
      handles: after.handles - before.handles,
    };
    console.log(`${SWITCHES} switches: ${JSON.stringify({ before, after, grown })}`);
    expect(grown.heap).toBeLessThan(HEAP_BYTES);
    expect(grown.resident).toBeLessThan(RESIDENT_BYTES_A_SWITCH);
    expect(grown.handles).toBeLessThanOrEqual(HANDLES);
    expect(app.complaints).toEqual([]);
  } finally {
    await app.close();
  }
}, 900_000);
