import type { Tensor } from 'onnxruntime-web';
import { type AttentionSession, FRUGAL } from '../../../models/attention/attention-sessions.ts';
import type { AttentionGraph } from '../../../models/onnx/attention-graph.ts';
import type { Bench } from './network.ts';

/** A block's Q and K, on the device or in memory. Asked for when their turn has come: @throws EngineError `taps-released` */
export interface HeldTaps {
  q(): Tensor;
  k(): Tensor;
}

/** A session for what is asked about attention as a whole, over tensors that another session left behind. */
export async function compileAttention(bench: Bench, graph: AttentionGraph): Promise<AttentionSession<HeldTaps>> {
  const { ort, gpu, mutex } = bench;
  const model = graph.message.toBytes();
  const session = await mutex.run(() =>
    ort.InferenceSession.create(model, {
      executionProviders: gpu ? [{ name: 'webgpu', device: gpu.device }] : ['wasm'],
      extra: gpu ? { session: { disable_cpu_ep_fallback: '1' } } : {},
      ...FRUGAL,
    }),
  );
  return {
    run: (taps, feeds) =>
      mutex.run(async () => {
        const inputs: Record<string, Tensor> = { q: taps.q(), k: taps.k() };
        for (const [name, { data, shape }] of Object.entries(feeds))
          inputs[name] = new ort.Tensor('float32', data, shape);
        const outputs = await session.run(inputs);
        gpu?.throwIfFailed();
        return new Map(Object.entries(outputs).map(([name, tensor]) => [name, floats(tensor, name)]));
      }),
    release: () => mutex.run(() => session.release()),
  };
}

function floats({ data }: Tensor, name: string): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new TypeError(`The attention graph's output ${name} is not float32.`);
}
