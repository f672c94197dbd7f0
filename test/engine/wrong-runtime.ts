import * as ort from 'onnxruntime-web';

export interface Wrong {
  /** The output that is moved, in every run that has it, */
  readonly output: string;
  readonly by: number;
  /** in sessions whose model names this operator or type; all by default, */
  readonly only?: string;
  /** on this provider; any by default. */
  readonly provider?: 'webgpu' | 'wasm';
}

export interface StandInRuntime {
  readonly ort: typeof ort;
  /** The provider of each session, in the order in which they were made. */
  readonly sessions: string[];
}

/**
 * onnxruntime as a machine would have it: its WebGPU is this machine's CPU, which computes 16-bit graphs by casting, and what is said
 * to be wrong is.
 */
export function standInRuntime(...wrongs: readonly Wrong[]): StandInRuntime {
  const sessions: string[] = [];
  const create = async (model: Uint8Array, options: ort.InferenceSession.SessionOptions) => {
    const provider = typeof options.executionProviders?.[0] === 'string' ? 'wasm' : 'webgpu';
    sessions.push(provider);
    const { preferredOutputLocation: _, ...rest } = options;
    const session = await ort.InferenceSession.create(model, { ...rest, executionProviders: ['wasm'], extra: {} });
    const text = new TextDecoder('latin1').decode(model);
    const mine = wrongs.filter(
      (wrong) => (wrong.provider ?? provider) === provider && (wrong.only === undefined || text.includes(wrong.only)),
    );
    const run = session.run.bind(session);
    session.run = async (feeds: ort.InferenceSession.FeedsType) => {
      const outputs: Record<string, ort.Tensor> = { ...(await run(feeds)) };
      for (const { output, by } of mine) {
        const tensor = outputs[output];
        if (tensor) outputs[output] = new ort.Tensor('float32', moved(tensor, by), tensor.dims);
      }
      return outputs;
    };
    return session;
  };
  return { ort: { ...ort, InferenceSession: { create } } as unknown as typeof ort, sessions };
}

function moved({ data }: ort.Tensor, by: number): Float32Array {
  return (data as Float32Array).map((value) => value + by);
}
