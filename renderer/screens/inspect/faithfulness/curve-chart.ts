import { scaleLinear } from 'd3-scale';

/** A curve of probabilities over the share of cells taken, both 0–1. */
export interface CurvePoints {
  readonly shares: readonly number[];
  readonly probabilities: readonly number[];
}

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

export interface Tick {
  /** Along its axis, in the chart's units. */
  readonly at: number;
  readonly text: string;
}

export interface CurveChart {
  /** Of the plotted area. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** The `d` of a path. */
  readonly line: (points: CurvePoints) => string;
}

const MARGIN = { left: 30, right: 8, top: 6, bottom: 18 };

/**
 * Axes and lines of one chart.
 * @param highest probability that has to fit; charts that stand beside each other share it
 */
export function curveChart({ width, height }: ChartSize, highest: number): CurveChart {
  const x = scaleLinear([0, 1], [MARGIN.left, width - MARGIN.right]);
  const y = scaleLinear([0, Math.max(highest, 0.01)], [height - MARGIN.bottom, MARGIN.top]).nice(3);
  const percent = (share: number) => `${Number((share * 100).toPrecision(3))}`;
  const ticks = y.ticks(3);
  return {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
    xTicks: [0, 0.5, 1].map((share) => ({ at: x(share), text: percent(share) })),
    yTicks: ticks.map((probability) => ({ at: y(probability), text: percent(probability) })),
    line: ({ shares, probabilities }) =>
      shares
        .map((share, at) => `${at === 0 ? 'M' : 'L'}${x(share).toFixed(1)},${y(probabilities[at]!).toFixed(1)}`)
        .join(''),
  };
}
