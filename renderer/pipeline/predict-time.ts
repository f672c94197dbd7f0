import type { MeasuredRun } from '../stores/input.ts';

/**
 * How long a run of so many multiply-adds will take, from runs of the same model on the same device at other sizes. Between two of
 * them a straight line; beyond the largest at its rate, which is a bound from above: small inputs cost more per multiply-add
 * than large ones.
 * @param runs by ascending multiply-adds
 * @returns milliseconds; null where nothing was measured
 */
export function predictRunMs(runs: readonly MeasuredRun[], multiplyAdds: number): number | null {
  const above = runs.find((run) => run.multiplyAdds >= multiplyAdds);
  const below = runs.findLast((run) => run.multiplyAdds <= multiplyAdds);
  if (!above) return below ? (below.runMs / below.multiplyAdds) * multiplyAdds : null;
  if (!below || below === above) return above.runMs;
  const share = (multiplyAdds - below.multiplyAdds) / (above.multiplyAdds - below.multiplyAdds);
  return below.runMs + share * (above.runMs - below.runMs);
}
