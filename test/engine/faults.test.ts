import { describe, expect, it } from 'vitest';
import { CancelledError, EngineError, ImageError } from '../../models/errors.ts';
import { diagnose } from '../../renderer/engine/worker/faults.ts';
import type { GpuWatch } from '../../renderer/engine/worker/gpu-watch.ts';

describe('diagnose', () => {
  it.each<[unknown, string, boolean]>([
    [new ImageError('image-broken', 'x.png: broken.'), 'image-broken', false],
    [new CancelledError(), 'cancelled', false],
    [new EngineError('engine-out-of-memory', 'The GPU has not enough memory.'), 'engine-out-of-memory', true],
    [new Error("Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc"), 'engine-out-of-memory', true],
    [new RangeError('Array buffer allocation failed'), 'engine-out-of-memory', true],
    [new WebAssembly.RuntimeError('memory access out of bounds'), 'engine-crashed', true],
    [new Error('Aborted(). Build with -sASSERTIONS for more info.'), 'engine-crashed', true],
    [new Error('Non-zero status code returned while running Conv node.'), 'engine-unexpected', false],
    ['a string', 'engine-unexpected', false],
    [
      new Error('no available backend found. ERR: [wasm] RuntimeError: Aborted(NetworkError: Failed to execute send).'),
      'engine-start',
      true,
    ],
  ])('%s is %s, fatal: %s', async (thrown, code, fatal) => {
    expect(await diagnose(thrown, null)).toMatchObject({ error: { code }, fatal });
  });

  it('blames a lost GPU for whatever went wrong when it was lost', async () => {
    const lost = new EngineError('engine-device-lost', 'The GPU was lost.');
    const gpu = { lost: Promise.resolve(lost) } as GpuWatch;
    expect(await diagnose(new Error('mapAsync failed'), gpu)).toEqual({ error: lost, fatal: true });
  });
});
