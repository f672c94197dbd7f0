import type { Accumulator } from './accumulator.ts';
import type { Labelling } from './labelled-images.ts';

/** A reason to doubt that the labels and the model speak of the same classes. */
export interface ClassMapWarning {
  readonly code:
    | 'labels-unknown' // most labels name no class of the model
    | 'labels-shifted' // answers are off by one index
    | 'labels-permuted' // each label is answered as one class, but as another one
    | 'near-chance'; // no better than guessing, though confident
  /** A sentence or two for the user, with the way out. */
  readonly message: string;
}

/** Fewer pictures than this say nothing about a class map. */
const FEWEST_IMAGES = 20;
/** "Most answers", for a shift or a permutation. */
const MOST = 0.5;
/** A permutation fits any answers where classes have one picture each; from three on it has to be earned. */
const FEWEST_PER_CLASS = 3;
const CONFIDENT = 0.5;

/** More than half of the labels name no class: they were made for another list of classes. */
export function checkLabels({ labels }: Pick<Labelling, 'labels'>): ClassMapWarning | null {
  if (labels.total === 0 || labels.matched > labels.total / 2) return null;
  return {
    code: 'labels-unknown',
    message:
      `Only ${labels.matched} of ${labels.total} labels name a class of this model: they were made for another list of classes. ` +
      'Choose a model with these classes, or give its class names with --classes.',
  };
}

/**
 * What the answers say about the class map. A wrong one shows in accuracy near chance while the model is confident; the
 * confusions then tell a shift of the index and a permutation from pictures of an unknown kind.
 */
export function checkAnswers(accumulator: Accumulator): ClassMapWarning | null {
  const { images, top1, calibration, classes } = accumulator.scores();
  if (top1 === null || calibration.meanConfidence === null || images < FEWEST_IMAGES || classes.length < 2) return null;
  const chance = 1 / classes.length;
  const nearChance = top1.low <= chance;
  const farBelowConfidence = top1.value < calibration.meanConfidence / 2;
  if (!nearChance && !farBelowConfidence) return null;
  const measured = `Top-1 is ${percent(top1.value)} at a mean confidence of ${percent(calibration.meanConfidence)}`;
  const shift = bestShift(accumulator, images);
  if (shift.share > MOST && shift.share > 2 * top1.value) {
    const direction = shift.by < 0 ? 'one too high' : 'one too low';
    return {
      code: 'labels-shifted',
      message: `${measured}, but ${percent(shift.share)} of the answers would be right if every label's index were not ${direction}. Indexes count from 0.`,
    };
  }
  const renamed = renamedShare(accumulator, images);
  if (images / classes.length >= FEWEST_PER_CLASS && renamed > MOST && renamed > 2 * top1.value) {
    return {
      code: 'labels-permuted',
      message: `${measured}, but pictures of one label mostly get one and the same answer, only another than the label says (${percent(renamed)} would be right under other names). The class names are in another order than the model's: check the folders, the labels file or --classes.`,
    };
  }
  if (!nearChance || calibration.meanConfidence < CONFIDENT) return null;
  return {
    code: 'near-chance',
    message: `${measured}, which is no better than guessing among ${classes.length} classes. Either the labels are in another order than the model's classes, or the pictures are of a kind that the model never saw.`,
  };
}

function bestShift(accumulator: Accumulator, images: number): { readonly by: 1 | -1; readonly share: number } {
  let up = 0;
  let down = 0;
  for (const { truth, predicted, count } of accumulator.counts()) {
    if (predicted === truth + 1) up += count;
    if (predicted === truth - 1) down += count;
  }
  return up > down ? { by: 1, share: up / images } : { by: -1, share: down / images };
}

/** The accuracy if each label meant the class it is mostly answered with. */
function renamedShare(accumulator: Accumulator, images: number): number {
  const largest = new Map<number, number>();
  for (const { truth, count } of accumulator.counts()) largest.set(truth, Math.max(largest.get(truth) ?? 0, count));
  return [...largest.values()].reduce((sum, count) => sum + count, 0) / images;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
