import { fromMicro, toMicro } from './image-result.ts';

/** As in Guo et al. 2017, "On Calibration of Modern Neural Networks". */
export const BINS = 15;
const FULL = toMicro(1);

/** The pictures whose top-1 probability lies in [from, to), the last bin including 1. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Null where the bin is empty. */
  readonly meanConfidence: number | null;
  readonly accuracy: number | null;
}

export interface Calibration {
  readonly bins: readonly ReliabilityBin[];
  /** Mean of |accuracy − confidence| over the bins, weighted by their counts; null where nothing was measured. */
  readonly expectedCalibrationError: number | null;
  readonly meanConfidence: number | null;
}

/** Counts for a reliability curve over {@link BINS} bins of equal width. */
export class Reliability {
  readonly #count = new Float64Array(BINS);
  readonly #correct = new Float64Array(BINS);
  /** Millionths: exact up to 9e9 pictures. */
  readonly #confidence = new Float64Array(BINS);

  add(confidence: number, isCorrect: boolean): void {
    const micro = toMicro(confidence);
    const bin = Math.min(BINS - 1, Math.floor((micro * BINS) / FULL));
    this.#count[bin]! += 1;
    this.#confidence[bin]! += micro;
    if (isCorrect) this.#correct[bin]! += 1;
  }

  result(): Calibration {
    let count = 0;
    let confidence = 0;
    let gap = 0;
    const bins: ReliabilityBin[] = [];
    for (let bin = 0; bin < BINS; bin++) {
      const own = this.#count[bin]!;
      const mean = own === 0 ? null : fromMicro(this.#confidence[bin]!) / own;
      const accuracy = own === 0 ? null : this.#correct[bin]! / own;
      bins.push({ from: bin / BINS, to: (bin + 1) / BINS, count: own, meanConfidence: mean, accuracy });
      count += own;
      confidence += this.#confidence[bin]!;
      if (mean !== null && accuracy !== null) gap += own * Math.abs(accuracy - mean);
    }
    return {
      bins,
      expectedCalibrationError: count === 0 ? null : gap / count,
      meanConfidence: count === 0 ? null : fromMicro(confidence) / count,
    };
  }
}
