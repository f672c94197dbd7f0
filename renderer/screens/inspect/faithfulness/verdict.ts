import type { FaithfulnessCurves } from '../../../../models/attention/faithfulness.ts';

/**
 * Of the largest probability: areas that are nearer to each other than this are called the same, because a few random orders
 * cannot tell them apart.
 */
export const SAME_AREA = 0.05;

type Standing = 'better' | 'same' | 'worse';

/**
 * What the curves say, in one sentence: of this map, on this picture, against these random orders.
 * "Deleting by this map lowers parrot faster than at random: area 0.31 against 0.52; inserting by it raises it faster, too: 0.66 against 0.48."
 */
export function verdict(curves: FaithfulnessCurves, label: string): string {
  const { deletion, randomDeletion, insertion, randomInsertion } = curves;
  const same = SAME_AREA * highestOf(curves);
  const lowers = standing(randomDeletion.area - deletion.area, same);
  const raises = standing(insertion.area - randomInsertion.area, same);
  const deleting = `${area(deletion.area)} against ${area(randomDeletion.area)}`;
  const inserting = `${area(insertion.area)} against ${area(randomInsertion.area)}`;
  const too = lowers === raises ? ', too' : '';
  return (
    `Deleting by this map lowers ${label} ${SPEED[lowers]}: area ${deleting}; ` +
    `inserting by it raises it ${SHORT_SPEED[raises]}${too}: ${inserting}.`
  );
}

const SPEED: Readonly<Record<Standing, string>> = {
  better: 'faster than at random',
  same: 'about as fast as at random',
  worse: 'slower than at random',
};

const SHORT_SPEED: Readonly<Record<Standing, string>> = { better: 'faster', same: 'about as fast', worse: 'slower' };

function standing(gain: number, same: number): Standing {
  if (Math.abs(gain) < same) return 'same';
  return gain > 0 ? 'better' : 'worse';
}

/** The largest probability of all four curves. */
export function highestOf({ deletion, insertion, randomDeletion, randomInsertion }: FaithfulnessCurves): number {
  return Math.max(...[deletion, insertion, randomDeletion, randomInsertion].flatMap((curve) => curve.probabilities));
}

/** Two digits behind the point, or two significant ones where those would be none: `0.31`, `0.0024`. */
export function area(value: number): string {
  return value >= 0.1 || value === 0 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}
