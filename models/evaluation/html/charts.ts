import type { ReliabilityBin } from '../calibration.ts';
import type { ReportedShare } from '../report.ts';
import { html, type Markup } from './markup.ts';
import { grouped, percent } from './words.ts';

const LEFT = 44;
const SIDE = 300;
const TOP_SPACE = 24;
const COUNTS_TOP = TOP_SPACE + SIDE + 40;
const COUNTS_HEIGHT = 56;
const WIDTH = LEFT + SIDE + 24;
const HEIGHT = COUNTS_TOP + COUNTS_HEIGHT + 8;
const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;

/**
 * Accuracy over confidence, a point a bin, larger for more pictures, above the number of pictures in each bin. The dashed line is
 * perfect calibration.
 */
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
      html`<circle class="dot" cx="${x(meanConfidence)}" cy="${y(accuracy)}" r="${place(2 + 4 * Math.sqrt(count / most))}"><title>${grouped(count)} pictures: confidence ${percent(meanConfidence)}, accuracy ${percent(accuracy)}</title></circle>`,
  );
  const counts = bins.map(({ from, to, count }) => {
    const height = (count / most) * COUNTS_HEIGHT;
    return html`<rect class="bar" x="${place(LEFT + from * SIDE + 1)}" y="${place(COUNTS_TOP + COUNTS_HEIGHT - height)}" width="${place((to - from) * SIDE - 2)}" height="${place(height)}"><title>${percent(from)} to ${percent(to)}: ${grouped(count)} pictures</title></rect>`;
  });
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Reliability: accuracy over confidence">
<text x="0" y="10">Accuracy</text>
<text x="${LEFT + SIDE}" y="${TOP_SPACE + SIDE + 32}" text-anchor="end">Confidence, and pictures at each</text>
${grid}
<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>
<polyline class="curve" points="${path}"/>
${dots}
<line class="axis" x1="${LEFT}" x2="${LEFT + SIDE}" y1="${COUNTS_TOP + COUNTS_HEIGHT}" y2="${COUNTS_TOP + COUNTS_HEIGHT}"/>
${counts}
</svg>`;
}

const BAR_WIDTH = 140;
const BAR_HEIGHT = 6;
const INTERVAL_Y = 10;

/** A share as a bar, with its 95 % interval under it. */
export function shareBar({ value, low, high }: ReportedShare): Markup {
  return html`<svg class="share" viewBox="0 0 ${BAR_WIDTH} ${INTERVAL_Y + 2}" role="img" aria-label="${percent(value)}">
<rect class="track" width="${BAR_WIDTH}" height="${BAR_HEIGHT}" rx="2"/>
<rect class="bar" width="${place(value * BAR_WIDTH)}" height="${BAR_HEIGHT}" rx="2"/>
<line class="interval" x1="${place(low * BAR_WIDTH)}" x2="${place(high * BAR_WIDTH)}" y1="${INTERVAL_Y}" y2="${INTERVAL_Y}"/>
</svg>`;
}

/** Coordinates to a hundredth: enough for the eye, and short. */
function place(value: number): string {
  return String(Math.round(value * 100) / 100);
}
