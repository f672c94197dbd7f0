import { setFlagsFromString } from 'node:v8';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { preprocessingFor } from '../../models/image/preprocessing.ts';
import type { ModelRef } from '../../renderer/engine/protocol.ts';
import { diagnose } from '../../renderer/engine/worker/faults.ts';
import { ModelSessions } from '../../renderer/engine/worker/model-sessions.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';

/**
 * `run-out-of-memory PAGES SIDE…`: runs a small network at each size in a runtime that may have so many pages of 64 KiB, and prints
 * what came of it. Its networks are all small; it is their activations that grow.
 */
const [pages = '', ...sides] = process.argv.slice(2);
// Before the runtime makes its memory.
setFlagsFromString(`--wasm-max-mem-pages=${pages}`);
const ort = await import('onnxruntime-web');
ort.env.wasm.numThreads = 1;

const weights = { kind: 'blob', blob: new Blob([formulaCheckpoint(REFERENCE_SPEC, 10, 1)]) } as const;
const task = { signal: new AbortController().signal, progress: () => {} };
const gate = { settle: async () => ({ wanted: 'fp32', ran: 'fp32', reason: null }) as const };

for (const side of sides.map(Number)) {
  const bench = { ort, gpu: null, mutex: new Mutex() };
  const sessions = new ModelSessions(bench, { detach: async () => {} }, false, gate as never, null);
  const model: ModelRef = {
    id: 'tiny',
    title: 'Tiny',
    weights,
    spec: toOfficialSpec(REFERENCE_SPEC),
    activation: null,
    preprocessing: preprocessingFor({ rows: side, cols: side }),
  };
  try {
    const { network } = await sessions.load(model, task);
    const outputs = await network.run(new Float32Array(3 * side * side));
    console.log(`${side}: answered ${outputs.size > 0}`);
  } catch (thrown) {
    const { error, fatal } = await diagnose(thrown, null);
    console.log(`${side}: ${error.code}, ${fatal ? 'fatal' : 'not fatal'}: ${error.message}`);
  }
}
