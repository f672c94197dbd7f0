import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import type { GridSize } from '../../models/cvt/grids.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { type Activation, type CvtSpec, parseSpec } from '../../models/cvt/spec.ts';
import { CheckpointError } from '../../models/errors.ts';
import { cropSquare, type Preprocessing, preprocessingFor } from '../../models/image/preprocessing.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { findAppRoot } from '../app-root.ts';
import { IMAGENET_CLASSES, readImagenetLabels } from '../imagenet-labels.ts';
import { assetFolders } from '../protocol/assets.ts';
import { readDemo } from '../weights/models.ts';
import { createNodeSession, EXTERNAL_PATH } from './node-session.ts';

/** A model that is ready to classify in this Node process. */
export interface LoadedModel {
  /** The demo's id, or the checkpoint's file name. */
  readonly id: string;
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  /** @param input [1, 3, height, width], normalised @returns [classes] */
  logits(input: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

interface LoadOptions {
  readonly activation: Activation | null;
  readonly signal: AbortSignal;
}

/**
 * The model that the app ships with.
 * @param options.size null for its own
 * @throws ShellError `app-incomplete`
 */
export async function loadDemo(options: LoadOptions & { readonly size: GridSize | null }): Promise<LoadedModel> {
  const { demo } = assetFolders(findAppRoot());
  const entry = await readDemo(demo);
  const { rows, cols } = options.size ?? { rows: entry.preprocessing.height, cols: entry.preprocessing.width };
  return loadModel(join(demo, basename(entry.weightsUrl)), {
    ...options,
    id: entry.id,
    spec: entry.spec && parseSpec(entry.spec, entry.id),
    labels: entry.labels,
    preprocessing: rows === cols ? cropSquare(rows) : preprocessingFor({ rows, cols }),
  });
}

export interface ModelParts extends LoadOptions {
  readonly id: string;
  /** Null: recognised from the shapes. */
  readonly spec: CvtSpec | null;
  /** Null: ImageNet's where there are 1000 classes, else classes are called by their index. */
  readonly labels: readonly string[] | null;
  readonly preprocessing: Preprocessing;
}

/**
 * A checkpoint file.
 * @throws CheckpointError, SpecError, CancelledError
 */
export async function loadModel(path: string, parts: ModelParts): Promise<LoadedModel> {
  const { id, spec, activation, preprocessing, signal } = parts;
  const { height, width } = preprocessing;
  // The runtime copies all of the file's weights into its own memory, so the whole file is read either way.
  const bytes = await readCheckpoint(path);
  const checkpoint = await openCvt(new MemorySource(basename(path), bytes), { spec, activation, signal });
  const graph = await buildCvtGraph(checkpoint, {
    height,
    width,
    batch: 1,
    outputs: {},
    placement: { kind: 'external', path: EXTERNAL_PATH },
    signal,
  });
  const session = await createNodeSession(graph, bytes);
  const imagenet = parts.labels === null && checkpoint.numClasses === IMAGENET_CLASSES;
  return {
    id,
    labels: imagenet ? await readImagenetLabels(findAppRoot()) : (parts.labels ?? []),
    preprocessing,
    async logits(input) {
      const outputs = await session.run(input, [1, 3, height, width]);
      return outputs.get('logits')!;
    },
    close: () => session.close(),
  };
}

async function readCheckpoint(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CheckpointError('unreadable', `${path}: could not be read (${(error as Error).message}).`, {
      cause: error,
    });
  }
}
