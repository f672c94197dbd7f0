import { expect, test } from 'vitest';
import { proveCpu } from '../../electron/inference/prove-cpu.ts';
import { CPU_THREADS, ort } from '../../electron/inference/runtime.ts';

test('the runtime has its threads also where the first session is the proof of a precision', async () => {
  await proveCpu('int8');
  expect(ort.env.wasm.numThreads).toBe(CPU_THREADS);
});
