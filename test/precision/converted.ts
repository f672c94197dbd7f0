import * as ort from 'onnxruntime-web';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { gather } from '../../models/bytes/gather.ts';
import type { CvtCheckpoint } from '../../models/cvt/open-cvt.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import type { AttentionOutputs } from '../../models/onnx/graph-context.ts';
import { convertedFile, openConverted } from '../../models/precision/convert.ts';
import type { ConvertedPrecision, Precision } from '../../models/precision/precision.ts';

export interface ConvertedCheckpoint {
  readonly checkpoint: CvtCheckpoint;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export async function convert(checkpoint: CvtCheckpoint, precision: ConvertedPrecision): Promise<ConvertedCheckpoint> {
  const bytes = await gather(convertedFile(checkpoint, precision).write());
  const source = new MemorySource(`${checkpoint.name} (${precision})`, bytes);
  return { checkpoint: await openConverted(source, checkpoint, precision), bytes };
}

export interface CpuSession {
  run(input: Float32Array): Promise<ReadonlyMap<string, Float32Array>>;
  release(): Promise<void>;
}

/** The network on this machine's WASM, one picture at a time. @param bytes that the checkpoint's offsets count in */
export async function onCpu(
  { checkpoint, bytes }: ConvertedCheckpoint,
  precision: Precision,
  size: { readonly height: number; readonly width: number },
  outputs: Partial<AttentionOutputs> = {},
): Promise<CpuSession> {
  const graph = await buildCvtGraph(checkpoint, {
    ...size,
    batch: 1,
    outputs,
    placement: { kind: 'external', path: 'weights' },
    precision,
  });
  const session = await ort.InferenceSession.create(graph.message.toBytes(), {
    executionProviders: ['wasm'],
    externalData: graph.usesExternalData ? [{ path: 'weights', data: bytes }] : [],
  });
  return {
    async run(input) {
      const pixels = new ort.Tensor('float32', input, [1, 3, size.height, size.width]);
      const results = await session.run({ pixel_values: pixels });
      return new Map(
        Object.entries(results).map(([name, { data }]) => {
          if (!(data instanceof Float32Array)) throw new TypeError(`${name} is not float32.`);
          return [name, data];
        }),
      );
    },
    release: () => session.release(),
  };
}
