import type { FaithfulnessCurve } from '../../../../models/attention/faithfulness.ts';
import { percent } from '../../../ui/format.ts';
import { curveChart } from './curve-chart.ts';
import { area } from './verdict.ts';

interface CurveFigureProps {
  readonly title: string;
  /** What the class is called. */
  readonly label: string;
  readonly shares: readonly number[];
  readonly map: FaithfulnessCurve;
  readonly random: FaithfulnessCurve;
  /** The largest probability of both charts, which share their axis. */
  readonly highest: number;
  /** `deleted` or `inserted`. */
  readonly verb: string;
}

const SIZE = { width: 144, height: 122 };

/** One curve of the map and one of chance, over the share of cells taken. */
export function CurveFigure({ title, label, shares, map, random, highest, verb }: CurveFigureProps) {
  const chart = curveChart(SIZE, highest);
  const { left, right, top, bottom } = chart;
  const first = map.probabilities[0] ?? 0;
  const last = map.probabilities.at(-1) ?? 0;
  const words =
    `${title}: probability of ${label} from ${percent(first)} to ${percent(last)} while cells are ${verb}. ` +
    `Area ${area(map.area)} by this map, ${area(random.area)} at random.`;
  return (
    <figure className="curve">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={words}>
        {chart.yTicks.map(({ at, text }) => (
          <g key={text} className="curve-tick">
            <line x1={left} x2={right} y1={at} y2={at} />
            <text x={left - 4} y={at} dy="0.32em" textAnchor="end">
              {text}
            </text>
          </g>
        ))}
        {chart.xTicks.map(({ at, text }, index, all) => (
          <text
            key={text}
            className="curve-x"
            x={at}
            y={bottom + 12}
            textAnchor={index === 0 ? 'start' : index === all.length - 1 ? 'end' : 'middle'}
          >
            {index === all.length - 1 ? `${text} %` : text}
          </text>
        ))}
        <line className="curve-axis" x1={left} x2={left} y1={top} y2={bottom} />
        <line className="curve-axis" x1={left} x2={right} y1={bottom} y2={bottom} />
        <path className="curve-random" d={chart.line({ shares, probabilities: random.probabilities })} />
        <path className="curve-map" d={chart.line({ shares, probabilities: map.probabilities })} />
      </svg>
      <p className="curve-areas">
        <span>
          <span className="quiet">area</span> {area(map.area)}
        </span>
        <span>
          <span className="quiet">random</span> {area(random.area)}
        </span>
      </p>
    </figure>
  );
}
