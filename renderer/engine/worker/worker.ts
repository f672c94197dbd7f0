// First: schemas ask whether they may compile as soon as they are made.
import '../zod-without-eval.ts';
import { EngineError, LensError, toErrorMessage } from '../../../models/errors.ts';
import { convertedFiles } from '../../storage/converted-files.ts';
import { parseToWorker } from '../messages.ts';
import type { EngineCall, EngineCalls, ModelRef } from '../protocol.ts';
import { type FromWorker, HEARTBEAT_MS, type StartMessage, type WorkerRequest } from '../worker-protocol.ts';
import { analyze } from './analyze.ts';
import { bringUp, type RunningEngine, type Workplace } from './bring-up.ts';
import { classify } from './classify.ts';
import { testFaithfulness } from './faithfulness.ts';
import { diagnose } from './faults.ts';
import { loadRuntime } from './runtime.ts';
import { study } from './study.ts';
import type { Task } from './task.ts';

/**
 * The engine's Worker: the one owner of onnxruntime-web. It is started once with a device, carries out requests one at a time
 * (rows between two), and says so when it should be replaced. Everything else about its life is the supervisor's.
 */

const say = (message: FromWorker): void => postMessage(message);

const tasks = new Map<number, AbortController>();
let engine: Promise<RunningEngine> | null = null;

addEventListener('message', ({ data }: MessageEvent) => {
  const message = parseToWorker(data);
  if (message?.type === 'start') {
    engine ??= start(message);
    // The supervisor was told and will end this Worker; nobody else waits.
    engine.catch(() => {});
  }
  if (message?.type === 'cancel') tasks.get(message.id)?.abort();
  if (message?.type === 'request') void answer(message);
});

async function start(message: StartMessage): Promise<RunningEngine> {
  setInterval(() => say({ type: 'heartbeat' }), HEARTBEAT_MS);
  try {
    const surroundings = { gpu: navigator.gpu, cores: navigator.hardwareConcurrency, crossOriginIsolated };
    // A browser has it in secure contexts only.
    const storage: StorageManager | undefined = navigator.storage;
    const running = await bringUp(message, surroundings, {
      loadRuntime,
      files: storage ? convertedFiles(storage) : null,
    });
    void running.gpu?.lost.then(giveUp);
    say({ type: 'ready', device: running.device });
    return running;
  } catch (error) {
    giveUp(error instanceof LensError ? error : new EngineError('engine-start', String(error), { cause: error }));
    throw error;
  }
}

async function answer(request: WorkerRequest): Promise<void> {
  const { id } = request;
  const controller = new AbortController();
  tasks.set(id, controller);
  const task: Task = {
    signal: controller.signal,
    progress: (progress, multiplyAdds) => say({ type: 'progress', id, progress, multiplyAdds: multiplyAdds ?? null }),
  };
  const running = await engine;
  if (running === null) throw new Error('A request came before the start.');
  try {
    say({ type: 'answer', id, answer: await carryOut(request, running, task) });
  } catch (thrown) {
    const { error, fatal } = await diagnose(thrown, running.gpu);
    if (fatal) giveUp(error);
    else say({ type: 'error', id, error: toErrorMessage(error) });
  } finally {
    tasks.delete(id);
  }
}

async function carryOut(
  request: WorkerRequest,
  running: RunningEngine,
  task: Task,
): Promise<EngineCalls[EngineCall]['answer']> {
  switch (request.call) {
    case 'prepare': {
      const { models } = await placeFor(request.argument, running);
      const model = await models.load(request.argument, task);
      await models.warmUp(model, task);
      return model.report;
    }
    case 'analyze':
      return analyze(request.argument, await placeFor(request.argument.model, running), task);
    case 'classify':
      return classify(request.argument, await placeFor(request.argument.model, running), task);
    case 'faithfulness':
      return testFaithfulness(request.argument, await placeFor(request.argument.model, running), task);
    default:
      return study(request, { taps: running.tapsOf(request.argument.runId) }, task);
  }
}

/** Where a model is wanted. The lane has one such request at a time, so that nothing is brought up twice. */
async function placeFor({ provider }: ModelRef, running: RunningEngine): Promise<Workplace> {
  return provider === 'wasm' ? running.cpu() : running;
}

/** Asks for a replacement. Requests stay unanswered: the supervisor knows them and runs them again. */
function giveUp(error: LensError): void {
  say({ type: 'broken', error: toErrorMessage(error) });
}
