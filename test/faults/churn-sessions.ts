export {};

/**
 * `churn-sessions FIRST MORE`: compiles a network, runs it and lets it go, FIRST times and then MORE times, and prints the bytes of the
 * runtime's memory after each of the two.
 */
const memories: WebAssembly.Memory[] = [];
// Before the runtime makes its memory, of which it tells nobody.
WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(target, words, newTarget) {
    const memory = Reflect.construct(target, words, newTarget) as WebAssembly.Memory;
    memories.push(memory);
    return memory;
  },
});
const ort = await import('onnxruntime-web');
const { ModelSessions } = await import('../../renderer/engine/worker/model-sessions.ts');
const { Mutex } = await import('../../renderer/engine/worker/mutex.ts');
const { PrecisionGate } = await import('../../renderer/engine/worker/precision-gate.ts');
const { tinyModel } = await import('../engine/tiny-model.ts');
ort.env.wasm.numThreads = 1;

const bench = { ort, gpu: null, mutex: new Mutex() };
const gate = new PrecisionGate(bench, { provider: 'wasm', adapter: null, precisions: ['fp32'] });
const task = { signal: new AbortController().signal, progress: () => {} };

async function churn(times: number): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    const sessions = new ModelSessions(bench, { detach: async () => {} }, false, gate, null);
    const side = 64 + 32 * (turn % 3);
    const { network } = await sessions.load(tinyModel(`tiny-${turn}`, side), task);
    await network.discard(await network.run(new Float32Array(3 * side * side)));
    await network.release();
  }
}

for (const times of process.argv.slice(2).map(Number)) {
  await churn(times);
  console.log(memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
}
