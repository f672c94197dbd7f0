import type { ReliabilityBin } from '../../../models/evaluation/calibration.ts';
import { percent } from '../../ui/format.ts';
import { pictures } from './words.ts';

const LEFT = 40;
const SIDE = 240;
const TOP = 20;
const COUNTS_TOP = TOP + SIDE + 40;
const COUNTS_HEIGHT = 44;
const WIDTH = LEFT + SIDE + 18;
const HEIGHT = COUNTS_TOP + COUNTS_HEIGHT + 4;
const TICKS = [0, 0.25, 0.5, 0.75, 1];
/** Radius of a point: the least, and what the fullest bin has more. */
const RADIUS = { least: 2, more: 4 };

/**
 * Accuracy over confidence, a point a bin, larger for more pictures, above the number of pictures in each bin. The dashed line is
 * perfect calibration.
 */
export function ReliabilityChart({ bins }: { readonly bins: readonly ReliabilityBin[] }) {
  const x = (value: number) => LEFT + value * SIDE;
  const y = (value: number) => TOP + (1 - value) * SIDE;
  const points = bins.flatMap(({ meanConfidence, accuracy, count, from }) =>
    meanConfidence === null || accuracy === null ? [] : [{ meanConfidence, accuracy, count, from }],
  );
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const words = points.map(
    ({ meanConfidence, accuracy, count }) =>
      `${pictures(count)} at ${percent(meanConfidence)}: ${percent(accuracy)} right`,
  );
  return (
    <svg
      className="reliability"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Accuracy over confidence. ${words.join('; ')}`}
    >
      <text x={0} y={10}>
        Right answers
      </text>
      <text x={LEFT + SIDE} y={TOP + SIDE + 32} textAnchor="end">
        Confidence, and pictures at each
      </text>
      {TICKS.map((tick) => (
        <g key={tick}>
          <line className="axis" x1={LEFT} x2={LEFT + SIDE} y1={y(tick)} y2={y(tick)} />
          <text x={LEFT - 6} y={y(tick)} dy="0.32em" textAnchor="end">
            {tick * 100} %
          </text>
          <text x={x(tick)} y={TOP + SIDE + 16} textAnchor="middle">
            {tick * 100} %
          </text>
        </g>
      ))}
      <line className="ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      <polyline
        className="line"
        points={points.map(({ meanConfidence, accuracy }) => `${x(meanConfidence)},${y(accuracy)}`).join(' ')}
      />
      {points.map(({ meanConfidence, accuracy, count, from }, place) => (
        <circle
          key={from}
          className="dot"
          cx={x(meanConfidence)}
          cy={y(accuracy)}
          r={RADIUS.least + RADIUS.more * Math.sqrt(count / most)}
        >
          <title>{words[place]}</title>
        </circle>
      ))}
      <line
        className="axis"
        x1={LEFT}
        x2={LEFT + SIDE}
        y1={COUNTS_TOP + COUNTS_HEIGHT}
        y2={COUNTS_TOP + COUNTS_HEIGHT}
      />
      {bins.map(({ from, to, count }) => {
        const height = (count / most) * COUNTS_HEIGHT;
        return (
          <rect
            key={from}
            className="bar"
            x={x(from) + 1}
            y={COUNTS_TOP + COUNTS_HEIGHT - height}
            width={(to - from) * SIDE - 2}
            height={height}
          />
        );
      })}
    </svg>
  );
}
