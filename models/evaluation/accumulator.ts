import { type Calibration, Reliability } from './calibration.ts';
import { type ImageResult, TOP } from './image-result.ts';
import { byCodeUnits, TopList } from './top-list.ts';
import { type Share, wilson } from './wilson.ts';

/** How many pictures are named for a confused pair, and in a list of the hardest. */
const IMAGES_OF_PAIR = 24;
const HARDEST = 100;
/** ImageNet has a million pairs; a model of 75 % mixes up some 8,000 of them, most once. */
const PAIRS = 1000;

export interface ClassScore {
  readonly index: number;
  /** Pictures of this class. */
  readonly count: number;
  readonly top1: Share;
  readonly top5: Share;
}

/** Pictures of one class that were taken for another. */
export interface ConfusedPair {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  /** The first of them by path. */
  readonly images: readonly string[];
}

/** A wrong answer, or a hardly right one. */
export interface HardImage {
  readonly path: string;
  readonly truth: number;
  readonly truthProbability: number;
  readonly predicted: number;
  readonly confidence: number;
}

export interface Scores {
  readonly images: number;
  /** Null where nothing was measured. */
  readonly top1: Share | null;
  /** The true class among the first five, or among all where there are fewer. */
  readonly top5: Share | null;
  readonly calibration: Calibration;
  /** Classes that have pictures, in index order. */
  readonly classes: readonly ClassScore[];
  /** Most frequent first. */
  readonly confusions: { readonly pairs: number; readonly listed: readonly ConfusedPair[] };
  readonly hardest: {
    /** The true class has the least probability. */
    readonly leastTrue: readonly HardImage[];
    /** Wrong with the highest confidence. */
    readonly mostConfidentlyWrong: readonly HardImage[];
  };
}

/**
 * Scores of a stream of results. The order in which results are added does not matter, to the last digit. Memory grows with
 * the classes and with the pairs that are confused, not with the pictures.
 */
export class Accumulator {
  readonly #images: Float64Array;
  readonly #top1: Float64Array;
  readonly #top5: Float64Array;
  readonly #pairs = new Map<number, { count: number; readonly images: TopList<string> }>();
  readonly #reliability = new Reliability();
  readonly #leastTrue = new TopList<HardImage>(
    HARDEST,
    (a, b) => a.truthProbability - b.truthProbability || byCodeUnits(a.path, b.path),
  );
  readonly #mostConfidentlyWrong = new TopList<HardImage>(
    HARDEST,
    (a, b) => b.confidence - a.confidence || byCodeUnits(a.path, b.path),
  );
  readonly #numClasses: number;

  constructor(numClasses: number) {
    this.#numClasses = numClasses;
    this.#images = new Float64Array(numClasses);
    this.#top1 = new Float64Array(numClasses);
    this.#top5 = new Float64Array(numClasses);
  }

  add({ path, truth, top, truthProbability, truthRank }: ImageResult): void {
    const { index: predicted, probability: confidence } = top[0]!;
    const isCorrect = truthRank === 1;
    this.#images[truth]! += 1;
    if (isCorrect) this.#top1[truth]! += 1;
    if (truthRank <= TOP) this.#top5[truth]! += 1;
    this.#reliability.add(confidence, isCorrect);
    const hard = { path, truth, truthProbability, predicted, confidence };
    this.#leastTrue.add(hard);
    if (isCorrect) return;
    this.#mostConfidentlyWrong.add(hard);
    const key = truth * this.#numClasses + predicted;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = { count: 0, images: new TopList(IMAGES_OF_PAIR, byCodeUnits) };
      this.#pairs.set(key, pair);
    }
    pair.count++;
    pair.images.add(path);
  }

  scores(): Scores {
    const classes: ClassScore[] = [];
    for (const [index, count] of this.#images.entries()) {
      const top1 = wilson(this.#top1[index]!, count);
      const top5 = wilson(this.#top5[index]!, count);
      if (top1 && top5) classes.push({ index, count, top1, top5 });
    }
    const images = sum(this.#images);
    const pairs = new TopList<ConfusedPair>(
      PAIRS,
      (a, b) => b.count - a.count || a.truth - b.truth || a.predicted - b.predicted,
    );
    for (const pair of this.#confusedPairs()) pairs.add(pair);
    return {
      images,
      top1: wilson(sum(this.#top1), images),
      top5: wilson(sum(this.#top5), images),
      calibration: this.#reliability.result(),
      classes,
      confusions: { pairs: this.#pairs.size, listed: pairs.items },
      hardest: { leastTrue: this.#leastTrue.items, mostConfidentlyWrong: this.#mostConfidentlyWrong.items },
    };
  }

  /** How often `truth` was answered with `predicted`, for every pair that occurs; right answers included. */
  *counts(): Generator<{ readonly truth: number; readonly predicted: number; readonly count: number }> {
    for (const [index, count] of this.#top1.entries()) if (count > 0) yield { truth: index, predicted: index, count };
    for (const { truth, predicted, count } of this.#confusedPairs()) yield { truth, predicted, count };
  }

  *#confusedPairs(): Generator<ConfusedPair> {
    for (const [key, { count, images }] of this.#pairs) {
      const predicted = key % this.#numClasses;
      yield { truth: (key - predicted) / this.#numClasses, predicted, count, images: images.items };
    }
  }
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
