import { faithfulnessCurves, faithfulnessRuns } from '../../../models/attention/faithfulness.ts';
import { parseSpec } from '../../../models/cvt/spec.ts';
import { EngineError, throwIfCancelled } from '../../../models/errors.ts';
import { normalise, preprocess } from '../../../models/image/preprocess.ts';
import { softmax } from '../../../models/predictions.ts';
import type { EngineCalls } from '../protocol.ts';
import type { Tools } from './analyze.ts';
import { decodePicture } from './decode-picture.ts';
import type { Task } from './task.ts';
import { turn } from './turn.ts';

/**
 * Deletion and insertion curves of a map: the picture is decoded once and run as often as the plan asks, with cells blurred away or
 * put back. Nothing but logits leaves the runtime.
 * @throws ImageError, CheckpointError, SpecError, EngineError, CancelledError
 */
export async function testFaithfulness(
  { model, picture, plan }: EngineCalls['faithfulness']['argument'],
  { models }: Pick<Tools, 'models'>,
  task: Task,
): Promise<EngineCalls['faithfulness']['answer']> {
  task.progress({ phase: 'decoding' });
  const pixels = await decodePicture(picture, task.signal);
  const { report, network } = await models.load(model, task, 'predictions');
  throwIfCancelled(task.signal);
  const { classIndex } = plan;
  if (classIndex >= report.numClasses)
    throw new EngineError(
      'engine-bad-request',
      `There is no class ${classIndex}: ${model.title} tells ${report.numClasses} apart.`,
    );

  task.progress({ phase: 'preprocessing' });
  const { height, width } = model.preprocessing;
  const values = normalise(preprocess(pixels, model.preprocessing).rgb, model.preprocessing);

  const { multiplyAdds } = report;
  const total = faithfulnessRuns(plan);
  task.progress({ phase: 'studying', done: 0, total }, multiplyAdds);
  const probabilityOf = async (input: Float32Array): Promise<number> => {
    await turn();
    throwIfCancelled(task.signal);
    return softmax(await network.logits(input))[classIndex]!;
  };
  return faithfulnessCurves(plan, { spec: parseSpec(report.spec, model.title), height, width, values }, probabilityOf, {
    signal: task.signal,
    onProgress: (done) => task.progress({ phase: 'studying', done, total }, multiplyAdds),
  });
}
