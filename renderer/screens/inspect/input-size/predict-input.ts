import { bytesInWords, footprintOf, largestSizeThatFits, refusalOf } from '../../../../models/cvt/footprint.ts';
import { parseSpec } from '../../../../models/cvt/spec.ts';
import { LensError } from '../../../../models/errors.ts';
import { type InputChoice, preprocessingOf } from '../../../../models/image/input-size.ts';
import type { Preprocessing } from '../../../../models/image/preprocessing.ts';
import type { ModelReport } from '../../../engine/protocol.ts';
import { predictRunMs } from '../../../pipeline/predict-time.ts';
import type { PictureSize } from '../../../stores/images.ts';
import type { MeasuredRun } from '../../../stores/input.ts';
import { gridSize } from '../../../ui/format.ts';

/** A narrow no-break space, which stands before a unit. */
const THIN = '\u202f';

/** What is known of an input before it is run. */
export interface InputPrediction {
  readonly width: number;
  readonly height: number;
  /** Estimated peak of the engine's memory; null where the network cannot take the size at all. */
  readonly peakBytes: number | null;
  readonly multiplyAdds: number | null;
  /** Null where nothing was measured yet. */
  readonly runMs: number | null;
  /** Why it cannot be run; null where it can. */
  readonly refusal: { readonly message: string; readonly instead: InputChoice | null } | null;
}

/**
 * Size, time and memory of a picture at an input choice.
 * @param picture null before there is one; a whole picture then has no size
 * @param runs of the same model on the same device
 */
export function predictInput(
  report: ModelReport,
  base: Preprocessing,
  choice: InputChoice,
  picture: PictureSize | null,
  runs: readonly MeasuredRun[],
): InputPrediction | null {
  if (choice.kind === 'whole' && !picture) return null;
  const { width, height } = preprocessingOf(base, choice, null, picture ?? { width: 1, height: 1 });
  try {
    const { peakBytes, multiplyAdds, refused, largest } = costOf(report, { width, height });
    return {
      width,
      height,
      peakBytes,
      multiplyAdds,
      runMs: predictRunMs(runs, multiplyAdds),
      refusal: refused && { message: refused.message, instead: largest && resized(choice, largest) },
    };
  } catch (error) {
    if (!(error instanceof LensError)) throw error;
    const refusal = { message: error.message, instead: null };
    return { width, height, peakBytes: null, multiplyAdds: null, runMs: null, refusal };
  }
}

interface InputCost {
  readonly peakBytes: number;
  readonly multiplyAdds: number;
  readonly refused: LensError | null;
  readonly largest: PictureSize | null;
}

/** Every picture asks the same again, at a moment when the page is waited for. */
const costs = new WeakMap<ModelReport, Map<string, InputCost>>();

/** @throws LensError where the network cannot take the size */
function costOf(report: ModelReport, size: PictureSize): InputCost {
  const known = costs.get(report) ?? new Map<string, InputCost>();
  costs.set(report, known);
  const key = sizeWords(size);
  const found = known.get(key);
  if (found) return found;
  const spec = parseSpec(report.spec, report.id);
  const { peakBytes, multiplyAdds } = footprintOf(spec, report.numClasses, size);
  const refused = refusalOf(spec, report.numClasses, size);
  const cost = {
    peakBytes,
    multiplyAdds,
    refused,
    largest: refused && largestSizeThatFits(spec, report.numClasses, size),
  };
  known.set(key, cost);
  return cost;
}

/** `512×384` */
export function sizeWords({ width, height }: PictureSize): string {
  return gridSize({ rows: height, cols: width });
}

/** `about 1.2 s, 310 MB`; without a measurement the memory alone. */
export function costWords(prediction: InputPrediction): string {
  const time = timeWords(prediction);
  return [time && `about ${time}`, memoryWords(prediction)].filter((part) => part !== '').join(', ');
}

/** Empty where nothing was measured yet. */
export function timeWords({ runMs }: InputPrediction): string {
  return runMs === null ? '' : roughly(runMs);
}

/** Empty where the network cannot take the size. */
export function memoryWords({ peakBytes }: InputPrediction): string {
  return peakBytes === null ? '' : bytesInWords(peakBytes).replace(' ', THIN);
}

/** A duration as exact as a prediction is. */
export function roughly(ms: number): string {
  if (ms >= 90_000) return `${Math.round(ms / 60_000)}${THIN}min`;
  if (ms >= 10_000) return `${Math.round(ms / 1000)}${THIN}s`;
  if (ms >= 995) return `${(ms / 1000).toFixed(1)}${THIN}s`;
  return `${Number(ms.toPrecision(2))}${THIN}ms`;
}

/** The same kind of input at another size; its shape is that of `size`, which a checkpoint's own recipe cannot take. */
function resized(choice: InputChoice, { width, height }: PictureSize): InputChoice {
  switch (choice.kind) {
    case 'whole':
      return choice.along === 'longer'
        ? { ...choice, side: Math.max(width, height) }
        : { ...choice, side: Math.min(width, height) };
    case 'free':
      return { ...choice, width, height };
    case 'square':
      return { ...choice, side: width };
    case 'own':
      return { kind: 'free', width, height, fit: 'crop' };
  }
}
