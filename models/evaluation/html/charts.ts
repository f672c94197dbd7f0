import type { ReliabilityBin } from '../calibration.ts';
import type { ReportedShare } from '../report.ts';
import { html, type Markup } from './markup.ts';
import { grouped, percent } from './words.ts';

const LEFT = 40;
const SIDE = 300;
const TOP_SPACE = 10;
const COUNTS_TOP = TOP_SPACE + SIDE + 36;
const COUNTS_HEIGHT = 56;
const WIDTH = LEFT + SIDE + 16;
const HEIGHT = COUNTS_TOP + COUNTS_HEIGHT + 8;
const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;

/** Accuracy over confidence, a point a bin, above the number of pictures in each bin. The dashed line is perfect calibration. */
export function reliabilityChart(bins: readonly ReliabilityBin[]): Markup {
  const x = (value: number) => place(LEFT + value * SIDE);
  const y = (value: number) => place(TOP_SPACE + (1 - value) * SIDE);
  const points = bins.flatMap(({ meanConfidence, accuracy, count }) =>
    meanConfidence === null || accuracy === null ? [] : [{ meanConfidence, accuracy, count }],
  );
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const path = points.map(({ meanConfidence, accuracy }) => `${x(meanConfidence)},${y(accuracy)}`).join(' ');
  const grid = TICKS.map(
    (tick) => html`<line class="axis" x1="${LEFT}" x2="${LEFT + SIDE}" y1="${y(tick)}" y2="${y(tick)}"/>
<text x="${LEFT - 8}" y="${Number(y(tick)) + 4}" text-anchor="end">${tick * 100} %</text>
<text x="${x(tick)}" y="${TOP_SPACE + SIDE + 16}" text-anchor="middle">${tick * 100} %</text>`,
  );
  const dots = points.map(
    ({ meanConfidence, accuracy, count }) =>
      html`<circle class="dot" cx="${x(meanConfidence)}" cy="${y(accuracy)}" r="3.5"><title>${grouped(count)} pictures: confidence ${percent(meanConfidence)}, accuracy ${percent(accuracy)}</title></circle>`,
  );
  const counts = bins.map(({ from, to, count }) => {
    const height = (count / most) * COUNTS_HEIGHT;
    return html`<rect class="bar" x="${place(LEFT + from * SIDE + 1)}" y="${place(COUNTS_TOP + COUNTS_HEIGHT - height)}" width="${place((to - from) * SIDE - 2)}" height="${place(height)}"><title>${percent(from)} to ${percent(to)}: ${grouped(count)} pictures</title></rect>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Reliability: accuracy over confidence">
${grid}
<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
<polyline class="curve" points="${path}"/>
${dots}
<line class="axis" x1="${LEFT}" x2="${LEFT + SIDE}" y1="${COUNTS_TOP + COUNTS_HEIGHT}" y2="${COUNTS_TOP + COUNTS_HEIGHT}"/>
${counts}
</svg>`;
}

const BAR_WIDTH = 160;
const BAR_HEIGHT = 14;

/** A share as a bar, with its 95 % interval over it. */
export function shareBar({ value, low, high }: ReportedShare): Markup {
  const middle = BAR_HEIGHT / 2;
  return html`<svg viewBox="0 0 ${BAR_WIDTH} ${BAR_HEIGHT}" role="img" aria-label="${percent(value)}">
<rect class="track" width="${BAR_WIDTH}" height="${BAR_HEIGHT}" rx="2"/>
<rect class="bar" width="${place(value * BAR_WIDTH)}" height="${BAR_HEIGHT}" rx="2"/>
<line class="interval" x1="${place(low * BAR_WIDTH)}" x2="${place(high * BAR_WIDTH)}" y1="${middle}" y2="${middle}"/>
</svg>`;
}

/** Coordinates to a hundredth: enough for the eye, and short. */
function place(value: number): string {
  return String(Math.round(value * 100) / 100);
}
