import { parentPort, workerData } from 'node:worker_threads';
import { toErrorMessage } from '../../../models/errors.ts';
import { DiskBytes, DiskCheckpoint } from '../disk-checkpoint.ts';
import { createSessionOf, type NodeSession } from '../node-session.ts';
import { ort } from '../runtime.ts';
import { type LaneAnswer, type LaneOrder, laneInputSchema, laneOrderSchema } from './protocol.ts';

/**
 * The program of a lane: a thread with a runtime and a session of its own, which answers one input after the other. It ends when it is
 * terminated.
 */
const port = parentPort;
if (port === null) throw new Error('A lane runs as a worker thread.');
const order = laneOrderSchema.parse(workerData);
const session = await answered(() => open(order));
if (session !== null) {
  port.on('message', (input: unknown) => void answered(() => run(session, input)));
  say({ kind: 'ready' });
}

async function open({ threads, weights, ...graph }: LaneOrder): Promise<NodeSession> {
  ort.env.wasm.numThreads = threads;
  const checkpoint =
    weights.kind === 'file' ? new DiskBytes(new DiskCheckpoint(weights.path, weights.version)) : weights.bytes;
  return createSessionOf({ ...graph, checkpoint });
}

async function run(session: NodeSession, input: unknown): Promise<void> {
  const outputs = await session.run(laneInputSchema.parse(input), order.shape);
  say({ kind: 'logits', logits: outputs.get('logits')! });
}

async function answered<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    say({ kind: 'failed', error: toErrorMessage(error) });
    return null;
  }
}

function say(answer: LaneAnswer): void {
  port!.postMessage(answer);
}
