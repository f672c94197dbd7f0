import type { FaithfulnessCurves } from '../../../../models/attention/faithfulness.ts';

/** Areas that are nearer to each other than this are called the same: a few random orders cannot tell them apart. */
const SAME_AREA = 0.02;

type Standing = 'better' | 'same' | 'worse';

/**
 * What the curves say, in one sentence: of this map, on this picture, against these random orders.
 * "Deleting by this map lowers parrot faster than at random: area 0.31 against 0.52; inserting by it raises it faster, too: 0.66 against 0.48."
 */
export function verdict(
  { deletion, randomDeletion, insertion, randomInsertion }: FaithfulnessCurves,
  label: string,
): string {
  const lowers = standing(randomDeletion.area - deletion.area);
  const raises = standing(insertion.area - randomInsertion.area);
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

function standing(gain: number): Standing {
  if (Math.abs(gain) < SAME_AREA) return 'same';
  return gain > 0 ? 'better' : 'worse';
}

export function area(value: number): string {
  return value.toFixed(2);
}
