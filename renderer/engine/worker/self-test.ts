import { receivedByHead } from '../../../models/attention/maps.ts';
import { CheckpointWeights } from '../../../models/cvt/checkpoint-weights.ts';
import { buildCvtGraph } from '../../../models/onnx/build-cvt-graph.ts';
import type { Precision } from '../../../models/precision/precision.ts';
import { type Bench, CHECKPOINT_PATH, forDevice, Network, values } from './network.ts';
import {
  REFERENCE_OUTPUTS,
  REFERENCE_SIZE,
  referenceCheckpoint,
  referenceIn,
  referenceInput,
} from './reference-model.ts';
import { tapStore } from './taps.ts';

/**
 * How far from PyTorch's float32 is still right, by what is compared: logits of −0.7 to 0.9, and attention, which sums to 1. In fp32 every
 * provider that works is a thousand times closer; drivers that do not are off by far more. Rounding to 16 bits moves the logits by 0.0023
 * and the attention by 0.0001, to 8 bits by 0.038 and 0.001 (WASM, the same network).
 */
const TOLERANCES: Readonly<Record<Precision, { readonly logits: number; readonly attention: number }>> = {
  fp32: { logits: 1e-3, attention: 1e-3 },
  fp16: { logits: 0.015, attention: 0.002 },
  int8: { logits: 0.1, attention: 0.01 },
};

/**
 * Whether this device computes what PyTorch computed, by the same way that a picture takes: logits, an in-graph map, a row
 * from taps that were read back, and a graph over taps that were not. A provider that gives wrong numbers is worse than a slow one.
 * @returns null, or what is wrong as part of a sentence
 */
export async function selfTest(bench: Bench, precision: Precision): Promise<string | null> {
  const { checkpoint, bytes } = await referenceIn(precision);
  const graph = await buildCvtGraph(checkpoint, {
    ...REFERENCE_SIZE,
    batch: 1,
    outputs: { received: true, taps: true },
    placement: { kind: 'external', path: CHECKPOINT_PATH },
    precision,
    ...forDevice(bench),
  });
  const network = await Network.compile(bench, graph, bytes, REFERENCE_SIZE, precision);
  const outputs = await network.run(referenceInput());
  const taps = tapStore(bench);
  const logits = values(outputs, 'logits');
  const input = { rows: REFERENCE_SIZE.height, cols: REFERENCE_SIZE.width };
  taps.hold('self-test', outputs, {
    network,
    weights: new CheckpointWeights(referenceCheckpoint().checkpoint, precision),
    input,
    logits,
  });
  const studies = taps.of('self-test');
  // The graph first: it works on what is still on the device.
  const statistics = await studies.statistics(2);
  const differences = {
    logits: difference(logits, REFERENCE_OUTPUTS.logits),
    attention: difference(values(outputs, 'stage2.block1.received'), REFERENCE_OUTPUTS.received),
    'attention rows': difference(await studies.row(2, 1, null, 0), REFERENCE_OUTPUTS.clsRow),
    'attention sums': difference(receivedByHead(statistics[1]!, null), REFERENCE_OUTPUTS.received),
  };
  await taps.clear();
  await network.release();
  const { logits: most, attention } = TOLERANCES[precision];
  const wrong = Object.entries(differences).find(([what, value]) => !(value <= (what === 'logits' ? most : attention)));
  return wrong ? `its ${wrong[0]} on a known input are off by ${wrong[1].toPrecision(2)}` : null;
}

/** The largest; NaN where any number is. */
function difference(actual: Float32Array, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.NaN;
  return Math.max(...expected.map((value, index) => Math.abs(actual[index]! - value)));
}
