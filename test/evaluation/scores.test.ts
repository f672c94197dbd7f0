import { describe, expect, test } from 'vitest';
import { Accumulator } from '../../models/evaluation/accumulator.ts';
import { BINS } from '../../models/evaluation/calibration.ts';
import { checkAnswers, checkLabels } from '../../models/evaluation/class-map-check.ts';
import { type ImageResult, imageResult } from '../../models/evaluation/image-result.ts';
import { wilson } from '../../models/evaluation/wilson.ts';
import { mulberry32 } from './labelled-set.ts';

describe("Wilson's interval", () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is %f to %f', (correct, of, low, high) => {
    const share = wilson(correct, of)!;
    expect(share.low).toBeCloseTo(low, 4);
    expect(share.high).toBeCloseTo(high, 4);
    const mirrored = wilson(of - correct, of)!;
    expect(mirrored.low).toBeCloseTo(1 - high, 4);
    expect(mirrored.high).toBeCloseTo(1 - low, 4);
  });

  test('of nothing is nothing', () => {
    expect(wilson(0, 0)).toBeNull();
  });
});

test('a result says rank and probability of the true class as its logits do, equal ones in index order', () => {
  const logits = Float32Array.from([1, 3, 3, 0, 2, -1, 2]);
  const sum = [...logits].reduce((total, logit) => total + Math.exp(logit), 0);
  const result = imageResult('a.jpg', 6, logits);
  expect(result.top.map(({ index }) => index)).toEqual([1, 2, 4, 6, 0]);
  expect(result.truthRank).toBe(4);
  expect(result.truthProbability).toBeCloseTo(Math.exp(2) / sum, 5);
  expect(result.top[0]!.probability).toBeCloseTo(Math.exp(3) / sum, 5);
});

const CLASSES = 8;

/** Answers of a model that is right more often than not, as logits. */
function randomAnswers(count: number, seed: number): { truth: number; logits: Float32Array; path: string }[] {
  const random = mulberry32(seed);
  return Array.from({ length: count }, (_, index) => {
    const truth = Math.floor(random() * CLASSES);
    const logits = Float32Array.from({ length: CLASSES }, () => random() * 4);
    logits[truth]! += 2 * random();
    return { truth, logits, path: `${String(index).padStart(5, '0')}.jpg` };
  });
}

function accumulate(results: readonly ImageResult[], classes = CLASSES): Accumulator {
  const accumulator = new Accumulator(classes);
  for (const result of results) accumulator.add(result);
  return accumulator;
}

describe('scores', () => {
  const answers = randomAnswers(3000, 5);
  const results = answers.map(({ path, truth, logits }) => imageResult(path, truth, logits));
  const scores = accumulate(results).scores();
  // The independent count: straight from the logits, a list a question.
  const counted = answers.map(({ path, truth, logits }) => {
    const powers = [...logits].map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    const order = powers.map((_, index) => index).sort((a, b) => powers[b]! - powers[a]!);
    return { path, truth, order, probabilities: powers.map((power) => power / sum) };
  });

  test('top-1 and top-5, in all and by class', () => {
    const right = (places: number, of: typeof counted) =>
      of.filter(({ truth, order }) => order.slice(0, places).includes(truth)).length;
    expect(scores.images).toBe(3000);
    expect(scores.top1).toMatchObject({ correct: right(1, counted), of: 3000 });
    expect(scores.top5).toMatchObject({ correct: right(5, counted), of: 3000 });
    expect(scores.classes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { index, count, top1, top5 } of scores.classes) {
      const own = counted.filter(({ truth }) => truth === index);
      expect([count, top1.correct, top5.correct]).toEqual([own.length, right(1, own), right(5, own)]);
    }
  });

  test('confused pairs, most frequent first, lead to their pictures', () => {
    const wrong = counted.filter(({ truth, order }) => order[0] !== truth);
    expect(scores.confusions.listed.reduce((sum, { count }) => sum + count, 0)).toBe(wrong.length);
    expect(scores.confusions.pairs).toBe(scores.confusions.listed.length);
    let before = Number.POSITIVE_INFINITY;
    for (const { truth, predicted, count, images } of scores.confusions.listed) {
      const own = wrong.filter((answer) => answer.truth === truth && answer.order[0] === predicted);
      expect(count).toBe(own.length);
      expect(images).toEqual(own.slice(0, images.length).map(({ path }) => path));
      expect(images.length).toBe(Math.min(count, 24));
      expect(count).toBeLessThanOrEqual(before);
      before = count;
    }
  });

  test('the hardest pictures', () => {
    const byTruth = [...counted].sort((a, b) => a.probabilities[a.truth]! - b.probabilities[b.truth]!);
    expect(scores.hardest.leastTrue.slice(0, 20).map(({ path }) => path)).toEqual(
      byTruth.slice(0, 20).map(({ path }) => path),
    );
    const confidence = ({ probabilities, order }: (typeof counted)[number]) => probabilities[order[0]!]!;
    const wrong = counted
      .filter(({ truth, order }) => order[0] !== truth)
      .sort((a, b) => confidence(b) - confidence(a));
    expect(scores.hardest.mostConfidentlyWrong.slice(0, 20).map(({ path }) => path)).toEqual(
      wrong.slice(0, 20).map(({ path }) => path),
    );
  });

  test('reliability', () => {
    const { bins, expectedCalibrationError, meanConfidence } = scores.calibration;
    const answers = counted.map(({ truth, order, probabilities }) => ({
      confidence: probabilities[order[0]!]!,
      isRight: order[0] === truth,
    }));
    let error = 0;
    for (const [place, bin] of bins.entries()) {
      const own = answers.filter(({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === place);
      expect(bin.count).toBe(own.length);
      if (own.length === 0) {
        expect(bin).toMatchObject({ meanConfidence: null, accuracy: null });
        continue;
      }
      const mean = own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length;
      const accuracy = own.filter(({ isRight }) => isRight).length / own.length;
      expect(bin.meanConfidence).toBeCloseTo(mean, 5);
      expect(bin.accuracy).toBe(accuracy);
      error += (own.length / answers.length) * Math.abs(accuracy - mean);
    }
    expect(expectedCalibrationError).toBeCloseTo(error, 5);
    expect(meanConfidence).toBeCloseTo(
      answers.reduce((sum, { confidence }) => sum + confidence, 0) / answers.length,
      5,
    );
  });

  test('do not depend on the order of adding, to the last digit', () => {
    const random = mulberry32(9);
    const shuffled = results.map((result) => ({ result, key: random() })).sort((a, b) => a.key - b.key);
    const again = accumulate(shuffled.map(({ result }) => result)).scores();
    expect(JSON.stringify(again)).toBe(JSON.stringify(scores));
  });

  test('of nothing are nothing', () => {
    const none = new Accumulator(CLASSES).scores();
    expect(none).toMatchObject({ images: 0, top1: null, top5: null, classes: [] });
    expect(none.calibration).toMatchObject({ expectedCalibrationError: null, meanConfidence: null });
    expect(checkAnswers(new Accumulator(CLASSES))).toBeNull();
  });
});

describe('a class map that does not fit', () => {
  /** A model that answers `says(class)` for pictures of a class, with some confidence. */
  function answering(says: (truth: number, image: number) => number, confidence: number, images = 200, classes = 10) {
    const rest = (1 - confidence) / (classes - 1);
    return accumulate(
      Array.from({ length: images }, (_, image) => {
        const truth = image % classes;
        const said = says(truth, image);
        const logits = Float32Array.from({ length: classes }, (_, index) =>
          Math.log(index === said ? confidence : rest),
        );
        return imageResult(`${image}.jpg`, truth, logits);
      }),
      classes,
    );
  }
  const random = mulberry32(3);
  const guesses = Array.from({ length: 2000 }, () => Math.floor(random() * 10));

  test.each([
    ['labels that count from 1', answering((truth) => (truth + 9) % 10, 0.9), 'labels-shifted'],
    ['labels one too low', answering((truth) => Math.min(9, truth + 1), 0.9), 'labels-shifted'],
    ['other names', answering((truth) => (truth * 3 + 4) % 10, 0.9), 'labels-permuted'],
    [
      'other names for most',
      answering((truth) => (truth < 2 ? truth : (((truth - 2) * 3 + 1) % 8) + 2), 0.9),
      'labels-permuted',
    ],
    ['confident guesses', answering((_, image) => guesses[image]!, 0.9), 'near-chance'],
    ['modest guesses', answering((_, image) => guesses[image]!, 0.3), null],
    ['right answers', answering((truth) => truth, 0.9), null],
    ['mostly right answers', answering((truth, image) => (image % 3 === 0 ? guesses[image]! : truth), 0.9), null],
    ['a weak model', answering((truth, image) => (image % 5 < 3 ? guesses[image]! : truth), 0.5), null],
    ['too few pictures', answering((truth) => (truth * 3 + 4) % 10, 0.9, 10), null],
  ])('%s', (_, accumulator, code) => {
    const warning = checkAnswers(accumulator);
    expect(warning?.code ?? null).toBe(code);
    if (warning) expect(warning.message).toMatch(/^Top-1 is \d+\.\d % at a mean confidence of \d+\.\d %.*\.$/);
  });

  test.each([
    [{ total: 10, matched: 10 }, null],
    [{ total: 10, matched: 6 }, null],
    [{ total: 10, matched: 5 }, 'labels-unknown'],
    [{ total: 0, matched: 0 }, null],
  ])('labels %j', (labels, code) => {
    expect(checkLabels({ labels })?.code ?? null).toBe(code);
  });
});
