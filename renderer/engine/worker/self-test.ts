import { stageGrids } from '../../../models/cvt/grids.ts';
import { buildCvtGraph } from '../../../models/onnx/build-cvt-graph.ts';
import type { StageReport } from '../protocol.ts';
import { type Bench, CHECKPOINT_PATH, Network, values } from './network.ts';
import {
  REFERENCE_OUTPUTS,
  REFERENCE_SIZE,
  REFERENCE_SPEC,
  referenceCheckpoint,
  referenceInput,
} from './reference-model.ts';
import { TapStore } from './taps.ts';

/** Every provider that works is a thousand times closer; drivers that do not are off by far more. */
const TOLERANCE = 1e-3;

/**
 * Whether this device computes what PyTorch computed, by the same way that a picture takes: logits, an in-graph map, and a
 * row from taps that were read back. A provider that gives wrong numbers is worse than a slow one.
 * @returns null, or what is wrong as part of a sentence
 */
export async function selfTest(bench: Bench): Promise<string | null> {
  const { checkpoint, bytes } = referenceCheckpoint();
  const graph = await buildCvtGraph(checkpoint, {
    ...REFERENCE_SIZE,
    batch: 1,
    outputs: { received: true, taps: true },
    placement: { kind: 'external', path: CHECKPOINT_PATH },
  });
  const network = await Network.compile(bench, graph, bytes, REFERENCE_SIZE);
  const outputs = await network.run(referenceInput());
  const taps = new TapStore(bench.mutex);
  taps.hold(
    'self-test',
    outputs,
    referenceStages(),
    REFERENCE_SPEC.stages.map(({ embedDim }) => embedDim),
  );
  const clsRow = await taps.row({ runId: 'self-test', stage: 2, block: 1, head: null, query: 0 });
  const differences = {
    logits: difference(values(outputs, 'logits'), REFERENCE_OUTPUTS.logits),
    attention: difference(values(outputs, 'stage2.block1.received'), REFERENCE_OUTPUTS.received),
    'attention rows': difference(clsRow, REFERENCE_OUTPUTS.clsRow),
  };
  taps.clear();
  await network.release();
  const wrong = Object.entries(differences).find(([, value]) => !(value <= TOLERANCE));
  return wrong ? `its ${wrong[0]} on a known input are off by ${wrong[1].toPrecision(2)}` : null;
}

function referenceStages(): readonly StageReport[] {
  const grids = stageGrids(REFERENCE_SPEC, REFERENCE_SIZE.height, REFERENCE_SIZE.width);
  return REFERENCE_SPEC.stages.map(({ numHeads, depth }, stage) => ({ grids: grids[stage]!, heads: numHeads, depth }));
}

/** The largest; NaN where any number is. */
function difference(actual: Float32Array, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.NaN;
  return Math.max(...expected.map((value, index) => Math.abs(actual[index]! - value)));
}
