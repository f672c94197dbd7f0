import { availableParallelism } from 'node:os';
import { DiskBytes } from '../disk-checkpoint.ts';
import { type LoadedModel, type ModelParts, openPrepared, type PreparedModel, prepareModel } from '../load-model.ts';
import { LanePool } from './lane-pool.ts';
import { laneProgram } from './lane-program.ts';
import { type LaneNeeds, laneBudgetBytes, laneBytesOf, planLanes } from './plan-lanes.ts';
import type { LaneOrder } from './protocol.ts';

/**
 * A checkpoint file, for many pictures: in as many lanes as there is use and room for. Its answers are those of loadModel but for
 * the last bits: all run the same graph, and products are shared out by threads.
 * @throws as loadModel; EngineError `engine-crashed`
 */
export async function loadInLanes(
  path: string,
  parts: ModelParts,
  needs: Pick<LaneNeeds, 'asked' | 'runs'>,
): Promise<LoadedModel> {
  const prepared = await prepareModel(path, parts);
  const { lanes, threads } = planLanes({
    ...needs,
    cores: availableParallelism(),
    laneBytes: laneBytesOf(prepared),
    budgetBytes: laneBudgetBytes(),
  });
  if (lanes === 1) return openPrepared(prepared);
  const pool = await LanePool.open(laneProgram(), orderFor(prepared, threads), lanes, parts.signal);
  return {
    ...prepared.facts,
    // Twice as many, so that a lane finds its next input ready also where one that was begun earlier takes longer.
    atOnce: 2 * lanes,
    logits: (input) => pool.run(input),
    close: () => pool.close(),
  };
}

/** What each lane is born with. */
export function orderFor({ shape, graph }: PreparedModel, threads: number): LaneOrder {
  const { checkpoint, ...rest } = graph;
  if (checkpoint instanceof DiskBytes)
    return { ...rest, shape, threads, weights: { kind: 'file', ...checkpoint.place } };
  const bytes = new Uint8Array(new SharedArrayBuffer(checkpoint.byteLength));
  bytes.set(checkpoint);
  return { ...rest, shape, threads, weights: { kind: 'memory', bytes } };
}
