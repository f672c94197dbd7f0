import { stageGrids } from '../cvt/grids.ts';
import type { CvtCheckpoint } from '../cvt/open-cvt.ts';
import { toOfficialSpec } from '../cvt/spec.ts';
import type { Precision } from '../precision/precision.ts';
import { GraphBuilder } from './graph-builder.ts';
import type { AttentionOutputs, GraphContext, OperatorForms, StageContext } from './graph-context.ts';
import { head } from './head.ts';
import type { ProtoMessage } from './protobuf-writer.ts';
import { stage } from './stage.ts';
import { splitCls, tokensToGrid } from './token-layout.ts';
import { type WeightPlacement, WeightTable } from './weight-table.ts';

export interface CvtGraphOptions {
  /** The input's size in pixels and the number of pictures; the graph is static in all three. */
  readonly height: number;
  readonly width: number;
  readonly batch: number;
  readonly outputs: Partial<AttentionOutputs>;
  readonly placement: WeightPlacement;
  /** What the checkpoint's weights were converted to (models/precision). Default: they were not. */
  readonly precision?: Precision;
  /** The device's binding limit in bytes; no attention tensor will be larger. Default: no limit. */
  readonly maxTensorBytes?: number;
  /**
   * The threads of onnxruntime's CPU provider, where the graph is for it alone: steps then take the forms that are quickest there.
   * Default: a graph for any provider, of standard operators only.
   */
  readonly cpuThreads?: number;
  readonly signal?: AbortSignal;
}

/** An ONNX model: input `pixel_values` [batch, 3, height, width], output `logits` [batch, classes] and what was asked for. */
export interface CvtGraph {
  readonly message: ProtoMessage;
  /** In the order of the graph. */
  readonly outputNames: readonly string[];
  /** Whether the model needs the checkpoint file as external data. */
  readonly usesExternalData: boolean;
}

/**
 * Transcribes the network (official `cls_cvt.py`) into an ONNX graph over the checkpoint's weights.
 * @throws SpecError `input-too-small`; CheckpointError where a weight cannot be read; CancelledError
 */
export async function buildCvtGraph(checkpoint: CvtCheckpoint, options: CvtGraphOptions): Promise<CvtGraph> {
  const { spec } = checkpoint;
  const { height, width, batch, precision = 'fp32' } = options;
  // Activations are rounded on the range of the whole tensor: a picture's answer would depend on its neighbours'.
  if (precision === 'int8' && batch > 1) throw new RangeError('A graph in 8 bits takes one picture at a time.');
  const grids = stageGrids(spec, height, width);
  const weights = await WeightTable.load(checkpoint, options.placement, precision, options.signal);
  const g = new GraphBuilder(precision === 'fp16' ? 'float16' : 'float32');
  const outputs: AttentionOutputs = { received: false, taps: false, attention: false, ...options.outputs };
  const context: GraphContext = {
    g,
    weights,
    spec,
    grids,
    batch,
    activation: checkpoint.activation,
    outputs,
    forms: formsFor(options),
    maxTensorBytes: options.maxTensorBytes ?? Number.POSITIVE_INFINITY,
  };

  let x = g.input('pixel_values', [batch, 3, height, width]);
  const last = spec.stages.length - 1;
  for (const [index, stageSpec] of spec.stages.entries()) {
    const stageContext: StageContext = { ...context, index, stage: stageSpec, stageGrids: grids[index]! };
    const tokens = stage(stageContext, x);
    if (index === last)
      g.output(
        'logits',
        g.scoped('head', () => head(stageContext, tokens)),
      );
    else x = g.scoped(`stage${index}`, () => nextGrid(stageContext, tokens));
  }

  const message = g.build('cvt', {
    spec: JSON.stringify(toOfficialSpec(spec)),
    activation: checkpoint.activation,
    checkpoint: checkpoint.name,
  });
  return { message, outputNames: g.outputNames, usesExternalData: weights.usesExternalData };
}

/** InstanceNormalization does not share its work out; from three threads on LayerNormalization is ahead. */
const MOST_THREADS_FOR_INSTANCE_NORM = 2;

function formsFor({ cpuThreads, precision = 'fp32' }: CvtGraphOptions): OperatorForms {
  if (cpuThreads === undefined) return { norm: 'layer', quickGelu: 'standard', scores: 'standard', mean: 'reduce' };
  return {
    norm: cpuThreads <= MOST_THREADS_FOR_INSTANCE_NORM ? 'instance' : 'layer',
    quickGelu: precision === 'fp32' ? 'tanh' : 'contrib',
    scores: 'fused',
    mean: 'product',
  };
}

/** Tokens back on their grid for the next stage's convolution; a CLS token ends with its stage. */
function nextGrid({ g, stageGrids }: StageContext, tokens: Parameters<typeof splitCls>[1]) {
  return tokensToGrid(g, splitCls(g, tokens, stageGrids.cls).tokens, stageGrids.tokens);
}
