import { throwIfCancelled } from '../../../models/errors.ts';
import { normalise, preprocess } from '../../../models/image/preprocess.ts';
import { checkLogits, softmax } from '../../../models/predictions.ts';
import type { Analysis, DeviceReport, EngineCalls, StageReport } from '../protocol.ts';
import { decodePicture } from './decode-picture.ts';
import type { ModelSessions } from './model-sessions.ts';
import { type Outputs, values } from './network.ts';
import type { TapStore } from './taps.ts';
import type { Task } from './task.ts';

/** What an analysis needs of the engine. */
export interface Tools {
  readonly models: ModelSessions;
  readonly taps: TapStore;
  readonly device: DeviceReport;
}

/**
 * One picture through one network, from its bytes to what it says and where it looked.
 * @throws ImageError, CheckpointError, SpecError, EngineError, CancelledError
 */
export async function analyze(
  { model, picture }: EngineCalls['analyze']['argument'],
  { models, taps, device }: Tools,
  task: Task,
): Promise<Analysis> {
  // The picture first: one that is broken should not wait for a gigabyte of weights.
  task.progress({ phase: 'decoding' });
  const finding = models.find(model, task);
  // Heard below, unless the picture fails first.
  finding.catch(() => {});
  const decoding = performance.now();
  const pixels = await decodePicture(picture, task.signal);
  const decoded = performance.now();

  // Loading refuses an input that is beyond the engine, before pixels are made for it.
  const { report, weights, network } = await models.load(model, task, 'attention', finding);
  throwIfCancelled(task.signal);

  task.progress({ phase: 'preprocessing' });
  const preprocessing = performance.now();
  const { rgb, window } = preprocess(pixels, model.preprocessing);
  const input = normalise(rgb, model.preprocessing);
  const preprocessed = performance.now();

  task.progress({ phase: 'running' }, report.multiplyAdds);
  const running = performance.now();
  const outputs = await network.run(input);
  const ran = performance.now();
  if (task.signal.aborted) await network.discard(outputs);
  throwIfCancelled(task.signal);

  const logits = values(outputs, 'logits');
  try {
    checkLogits(logits, model.title);
  } catch (error) {
    await network.discard(outputs);
    throw error;
  }
  const received = receivedMaps(outputs, report.stages);
  const runId = crypto.randomUUID();
  taps.hold(runId, outputs, { network, weights, input: report.input, logits });
  return {
    runId,
    modelId: model.id,
    stages: report.stages,
    multiplyAdds: report.multiplyAdds,
    logits,
    probabilities: softmax(logits),
    received,
    window,
    timings: {
      decodeMs: decoded - decoding,
      preprocessMs: preprocessed - preprocessing,
      runMs: ran - running,
      readMs: performance.now() - ran,
    },
    device,
    precision: report.precision,
  };
}

function receivedMaps(outputs: Outputs, stages: readonly StageReport[]): readonly (readonly Float32Array[])[] {
  return stages.map(({ depth }, stage) =>
    Array.from({ length: depth }, (_, block) => values(outputs, `stage${stage}.block${block}.received`)),
  );
}
