import { Accumulator } from './accumulator.ts';
import type { EvaluationSink, UnreadImage } from './evaluate-pictures.ts';
import type { ImageResult } from './image-result.ts';
import { type Measurement, type ModelEvaluation, modelEvaluation } from './report.ts';
import { byCodeUnits } from './top-list.ts';

/** Gathers a model's outcomes for its part of the report. */
export class Collected implements EvaluationSink {
  readonly accumulator: Accumulator;
  readonly #unread: UnreadImage[] = [];

  constructor(numClasses: number) {
    this.accumulator = new Accumulator(numClasses);
  }

  result(result: ImageResult): void {
    this.accumulator.add(result);
  }

  unread(image: UnreadImage): void {
    this.#unread.push(image);
  }

  report(about: Omit<Measurement, 'accumulator' | 'broken'>): ModelEvaluation {
    const broken = this.#unread
      .toSorted((a, b) => byCodeUnits(a.path, b.path))
      .map(({ path, code, message }) => ({ path, code, message }));
    return modelEvaluation({ ...about, accumulator: this.accumulator, broken });
  }
}
