import type { StudyWatch } from '../../../models/attention/run-studies.ts';
import type { EngineCall, EngineCalls } from '../protocol.ts';
import type { WorkerRequest } from '../worker-protocol.ts';
import type { TapStore } from './taps.ts';
import type { Task } from './task.ts';
import { turn } from './turn.ts';

type StudyRequest = Exclude<WorkerRequest, { readonly call: 'prepare' | 'analyze' | 'classify' | 'faithfulness' }>;

/**
 * What is asked about a run that is held.
 * @throws EngineError `taps-released`, `engine-bad-request`; CheckpointError where the file can no longer be read; CancelledError
 */
export async function study(
  { call, argument }: StudyRequest,
  { taps }: { readonly taps: TapStore },
  task: Task,
): Promise<EngineCalls[EngineCall]['answer']> {
  const run = taps.of(argument.runId);
  const watch: StudyWatch = {
    signal: task.signal,
    async onStep(done, total, multiplyAdds) {
      task.progress({ phase: 'studying', done, total }, multiplyAdds);
      await turn();
    },
  };
  switch (call) {
    case 'row':
      return run.row(argument.stage, argument.block, argument.head, argument.query);
    case 'stageRows':
      return run.stageRows(argument.stage, argument.query);
    case 'column':
      return run.column(argument.stage, argument.block, argument.head, argument.key, watch);
    case 'statistics':
      return run.statistics(argument.stage, watch);
    case 'rollout':
      return run.rollout(argument.start, argument.spread, watch);
    case 'attribution':
      return run.attribution(argument.classes, watch);
    case 'projection':
      return run.projection(argument.stage, argument.block, watch);
  }
}
