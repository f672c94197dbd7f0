import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { DiskBytes, DiskCheckpoint } from '../../../electron/inference/disk-checkpoint.ts';
import { createNodeSession, EXTERNAL_PATH } from '../../../electron/inference/node-session.ts';
import { GatheredSource } from '../../../models/bytes/gathered-source.ts';
import { openCvt } from '../../../models/cvt/open-cvt.ts';
import { buildCvtGraph } from '../../../models/onnx/build-cvt-graph.ts';
import { alternate, figure, ratio } from '../compare.ts';
import { buildPlainGraph } from '../graphs/plain-graph.ts';
import type { BenchLine } from '../line.ts';
import { picture, SHAPE, SIZE } from '../our-network.ts';
import { formulaModel, setThreads } from '../wasm.ts';

const LIMIT = 0.6;
const BUILD_MS = 60;

/** What each load took, in milliseconds since its start. */
class Laps {
  readonly created: number[] = [];
  readonly first: number[] = [];
  readonly built: number[] = [];
}

/**
 * From a file on disk to a session, and on to the first prediction: a checkpoint as `cvt` loads it, and the ONNX of the same network.
 * The prediction's run is in the second, and takes most of it on both sides.
 */
export const line: BenchLine = {
  title: 'Load from disk, cvt-13 at 224, WASM fp32, the file in the system’s cache',
  settings: ['1 thread', '2 threads'],
  async measure({ setting, rounds }) {
    const threads = Number.parseInt(setting, 10);
    setThreads(threads);
    const folder = await mkdtemp(join(tmpdir(), 'cvt-bench-load-'));
    try {
      const files = { checkpoint: join(folder, 'cvt-13.safetensors'), onnx: join(folder, 'cvt-13.onnx') };
      const { checkpoint, bytes } = await formulaModel('cvt-13');
      await writeFile(files.checkpoint, bytes);
      await writeFile(files.onnx, await buildPlainGraph(checkpoint, SIZE));
      const input = picture();
      const laps = { ours: new Laps(), plain: new Laps() };
      // The plain one first: it starts the runtime, whose threads are set once for all.
      await alternate(
        [
          { label: 'ONNX', run: () => loadOnnx(files.onnx, input, laps.plain) },
          { label: 'checkpoint', run: () => loadCheckpoint(files.checkpoint, threads, input, laps.ours) },
        ],
        rounds,
      );
      const pair = (lap: 'created' | 'first') =>
        [
          { label: 'checkpoint', times: laps.ours[lap].slice(-rounds.counted) },
          { label: 'ONNX', times: laps.plain[lap].slice(-rounds.counted) },
        ] as const;
      return [
        ratio({ name: 'session created', bound: { side: 'at-most', value: LIMIT, kind: 'bar' } }, ...pair('created')),
        ratio({ name: 'first prediction made', note: 'its run is in it, on both sides' }, ...pair('first')),
        figure(
          { name: 'building the graph', bound: { side: 'at-most', value: BUILD_MS, kind: 'bar' } },
          'ms',
          laps.ours.built.slice(-rounds.counted),
        ),
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function loadCheckpoint(path: string, cpuThreads: number, input: Float32Array, laps: Laps): Promise<void> {
  const start = performance.now();
  const file = new DiskCheckpoint(path);
  const checkpoint = await openCvt(new GatheredSource(file), { spec: null, activation: null });
  const opened = performance.now();
  const graph = await buildCvtGraph(checkpoint, {
    height: SIZE.rows,
    width: SIZE.cols,
    batch: 1,
    outputs: {},
    cpuThreads,
    placement: { kind: 'external', path: EXTERNAL_PATH },
  });
  laps.built.push(performance.now() - opened);
  const session = await createNodeSession(graph, new DiskBytes(file));
  laps.created.push(performance.now() - start);
  await session.run(input, SHAPE);
  laps.first.push(performance.now() - start);
  await session.close();
}

async function loadOnnx(path: string, input: Float32Array, laps: Laps): Promise<void> {
  const start = performance.now();
  const session = await ort.InferenceSession.create(await readFile(path), { executionProviders: ['wasm'] });
  laps.created.push(performance.now() - start);
  await session.run({ pixel_values: new ort.Tensor('float32', input, SHAPE) });
  laps.first.push(performance.now() - start);
  await session.release();
}
