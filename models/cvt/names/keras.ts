import { printable } from '../../bytes/printable.ts';
import { CheckpointError } from '../../errors.ts';
import { layerOf } from '../../formats/keras/keras.ts';
import type { TensorEntry, TensorIndex } from '../../formats/tensor-index.ts';
import { permuted } from '../../formats/tensor-view.ts';
import { PROJECTIONS } from '../expected-tensors.ts';
import type { CvtSpec, StageSpec } from '../spec.ts';
import { VARIANTS } from '../variants.ts';

/**
 * CvT-TensorFlow's weights have no stable names: Keras numbers its layers as it makes them, and loads weights by position. So
 * position is what counts here: first the trained weights of a layer in the order they are made, then the running statistics.
 * Source: EMalagoli92/CvT-TensorFlow 1.1.4, cvt_tensorflow/models/.
 */

/** HWIO to OIHW, for depthwise convolutions too: theirs are (height, width, 1, channels). */
const CONV_AXES = [3, 2, 0, 1];
/** [in, out] to [out, in]. */
const DENSE_AXES = [1, 0];

/** What Keras calls a variable by the end of the official key. */
const VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/\.running_mean$/, 'moving_mean'],
  [/\.running_var$/, 'moving_variance'],
  [/(norm\d?|bn)\.weight$/, 'gamma'],
  [/(norm\d?|bn)\.bias$/, 'beta'],
  [/\.weight$/, 'kernel'],
  [/\.bias$/, 'bias'],
];

type Layers = ReadonlyMap<string, readonly TensorEntry[]>;

/**
 * The architecture of a Keras file: `spec`, or the published one whose layers have as many weights and are as wide.
 * @throws CheckpointError `unknown-variant`
 */
export function kerasSpec(index: TensorIndex, spec: CvtSpec | null, file: string): CvtSpec {
  if (spec) return spec;
  const layers = [...layersOf(index).values()];
  const fits = (candidate: CvtSpec): boolean => {
    const expected = layerKeys(candidate);
    return (
      expected.length === layers.length &&
      expected.every((keys, i) => keys.length === layers[i]?.length) &&
      candidate.stages.every((stage, i) => widthOf(layers[i]!, stage) === stage.embedDim)
    );
  };
  const known = Object.values(VARIANTS).find(fits);
  if (known) return known;
  throw new CheckpointError(
    'unknown-variant',
    `${file}: ${layers.length} layers of ${layers.map((weights) => weights.length).join('/')} weights are none of ` +
      `${Object.keys(VARIANTS).join(', ')}. Give the spec (the official SPEC keys as JSON or YAML) beside it.`,
  );
}

/**
 * The weights under their official keys, as views in the official layout.
 * @throws CheckpointError `missing-tensor`, `extra-tensor` where a layer has too few or too many; `unsupported` where their
 *   order is another
 */
export function kerasTensors(index: TensorIndex, spec: CvtSpec, file: string): ReadonlyMap<string, TensorEntry> {
  const layers = [...layersOf(index)];
  const expected = layerKeys(spec);
  checkCount(layers.length, expected.length, `${file}: the Keras file`, 'layers with weights');
  const tensors = new Map<string, TensorEntry>();
  for (const [i, [layer, weights]] of layers.entries()) {
    const keys = expected[i]!;
    checkCount(weights.length, keys.length, `${file}: the layer ${printable(layer)}`, 'weights');
    for (const [position, entry] of weights.entries()) {
      const key = keys[position]!;
      checkVariable(entry.name, key, file);
      tensors.set(key, inOfficialLayout(entry));
    }
  }
  return tensors;
}

/** Layers that have weights, in order. */
function layersOf(index: TensorIndex): Layers {
  const layers = new Map<string, TensorEntry[]>();
  for (const entry of index.tensors.values()) {
    const layer = layerOf(entry.name);
    const weights = layers.get(layer);
    if (weights) weights.push(entry);
    else layers.set(layer, [entry]);
  }
  return layers;
}

/** The width of the embedding: the last axis of its kernel. */
function widthOf(weights: readonly TensorEntry[], stage: StageSpec): number | undefined {
  return weights[stage.clsToken ? 1 : 0]?.shape.at(-1);
}

/** The official keys of each layer's weights, in Keras's order: one layer per stage, then norm and head. */
function layerKeys(spec: CvtSpec): readonly (readonly string[])[] {
  return [...spec.stages.map(stageKeys), pair('norm'), pair('head')];
}

function stageKeys(stage: StageSpec, index: number): readonly string[] {
  const prefix = `stage${index}`;
  const blocks = Array.from({ length: stage.depth }, (_, block) => `${prefix}.blocks.${block}`);
  const convolutions = stage.projection === 'dw_bn' ? PROJECTIONS : [];
  return [
    ...(stage.clsToken ? [`${prefix}.cls_token`] : []),
    ...pair(`${prefix}.patch_embed.proj`),
    ...pair(`${prefix}.patch_embed.norm`),
    ...blocks.flatMap((block) => [
      ...pair(`${block}.norm1`),
      ...convolutions.flatMap((name) => [
        `${block}.attn.conv_proj_${name}.conv.weight`,
        ...pair(`${block}.attn.conv_proj_${name}.bn`),
      ]),
      ...PROJECTIONS.flatMap((name) => pair(`${block}.attn.proj_${name}`, stage.qkvBias)),
      ...pair(`${block}.attn.proj`),
      ...pair(`${block}.norm2`),
      ...pair(`${block}.mlp.fc1`),
      ...pair(`${block}.mlp.fc2`),
    ]),
    ...blocks.flatMap((block) =>
      convolutions.flatMap((name) => [
        `${block}.attn.conv_proj_${name}.bn.running_mean`,
        `${block}.attn.conv_proj_${name}.bn.running_var`,
      ]),
    ),
  ];
}

function pair(prefix: string, bias = true): string[] {
  return bias ? [`${prefix}.weight`, `${prefix}.bias`] : [`${prefix}.weight`];
}

function inOfficialLayout(entry: TensorEntry): TensorEntry {
  if (entry.shape.length === 4) return permuted(entry, CONV_AXES);
  return entry.shape.length === 2 ? permuted(entry, DENSE_AXES) : entry;
}

function checkCount(found: number, expected: number, what: string, unit: string): void {
  if (found === expected) return;
  throw new CheckpointError(
    found < expected ? 'missing-tensor' : 'extra-tensor',
    `${what} has ${found} ${unit}, expected ${expected}. The file is incomplete, or the spec is another model's.`,
  );
}

/** Shapes would not tell γ from β. Where a variable carries one of Keras's own names, it must be the one that is expected. */
function checkVariable(name: string, key: string, file: string): void {
  const variable = /([^/]*?)(:\d+)?$/.exec(name)?.[1];
  const expected = VARIABLES.find(([pattern]) => pattern.test(key))?.[1];
  if (variable === expected || !VARIABLES.some(([, known]) => known === variable)) return;
  throw new CheckpointError(
    'unsupported',
    `${file}: ${printable(name)} stands where ${key} is expected, so the weights are in another order than CvT-TensorFlow's.`,
  );
}
