import { scaleLinear } from 'd3-scale';
import { type Rect, toPicture } from '../attention/geometry.ts';
import { type ColorTable, colorAt } from './color-maps.ts';
import { type Layout, opacityAt, type PlacedGrid } from './map-raster.ts';
import { type MapScale, positionOnScale } from './map-scale.ts';
import { mapValue } from './numbers.ts';
import { element, group, type Svg } from './svg.ts';

export const INK = '#1a1b1d';
export const QUIET_INK = '#4f535a';
export const FONT = 'Inter, Helvetica, Arial, sans-serif';

const BAR_HEIGHT = 10;
const TICK_SIZE = 11;
/** Room a label needs, in characters of the tick size; wide enough for any common face. */
const CHARACTER = 0.62;

/** Of a colour bar with its labels. */
export const BAR_TOTAL_HEIGHT = BAR_HEIGHT + 4 + TICK_SIZE + 3;

/** The colours from end to end, both ends and what fits between them in numbers, and the unit. */
export function colorBar(scale: MapScale, table: ColorTable, x: number, y: number, width: number): Svg {
  const id = `ramp-${table.name}`;
  const stops = Array.from({ length: 33 }, (_, at) =>
    element('stop', { offset: at / 32, 'stop-color': colorAt(table, at / 32) }),
  );
  const unitWidth = (scale.unit.length + 2) * TICK_SIZE * CHARACTER;
  const length = width - unitWidth;
  const place = (value: number) => x + positionOnScale({ ...scale, factor: 1 }, value) * length;
  const labels = ticksOf(scale, length).map((value) => {
    const at = place(value);
    const anchor = value === scale.min ? 'start' : value === scale.max ? 'end' : 'middle';
    return group(
      element('line', { x1: at, x2: at, y1: y + BAR_HEIGHT, y2: y + BAR_HEIGHT + 3, stroke: QUIET_INK }),
      element('text', { x: at, y: y + BAR_HEIGHT + 4 + TICK_SIZE, 'text-anchor': anchor }, labelOf(scale, value)),
    );
  });
  return element(
    'g',
    { 'font-family': FONT, 'font-size': TICK_SIZE, fill: INK },
    element('linearGradient', { id }, ...stops),
    element('rect', { x, y, width: length, height: BAR_HEIGHT, fill: `url(#${id})` }),
    ...labels,
    element('text', { x: x + length + TICK_SIZE, y: y + BAR_HEIGHT, fill: QUIET_INK }, scale.unit),
  );
}

/** Ends with three digits, round numbers between them as they are. */
function labelOf({ min, max }: MapScale, value: number): string {
  if (value === min || value === max) return mapValue(value);
  return String(Number(value.toPrecision(3))).replace(/^-/, '\u2212');
}

/** Both ends, and between them what leaves room for every label. */
function ticksOf(scale: MapScale, length: number): readonly number[] {
  const { min, max } = scale;
  if (!(max > min)) return [min];
  const room = (value: number) => labelOf(scale, value).length * TICK_SIZE * CHARACTER;
  const at = (value: number) => ((value - min) / (max - min)) * length;
  const taken: { from: number; to: number }[] = [
    { from: 0, to: room(min) },
    { from: length - room(max), to: length },
  ];
  const between = scaleLinear()
    .domain([min, max])
    .ticks(4)
    .filter((tick) => tick > min && tick < max)
    .filter((tick) => {
      const from = at(tick) - room(tick) / 2;
      const to = at(tick) + room(tick) / 2;
      if (taken.some((other) => from < other.to + TICK_SIZE && to > other.from - TICK_SIZE)) return false;
      taken.push({ from, to });
      return true;
    });
  return [min, ...between, max];
}

/** Every cell as a rectangle of its own, exactly on its tile. */
export function tileRects(
  cells: Float32Array,
  scale: MapScale,
  place: PlacedGrid,
  layout: Layout,
  look: { readonly table: ColorTable; readonly opacity: number; readonly fadeLow: boolean },
): Svg {
  const { rows, cols } = place.geometry;
  const rects: Svg[] = [];
  for (let row = 0; row < rows.count; row++)
    for (let col = 0; col < cols.count; col++) {
      const position = positionOnScale(scale, cells[row * cols.count + col]!);
      const opacity = opacityAt(position, look, scale.signed);
      if (opacity < 1 / 510) continue;
      const tile = rectOn(layout, toPicture(place.window, tileOf(place, row, col)));
      rects.push(
        element('rect', {
          ...tile,
          fill: colorAt(look.table, position),
          'fill-opacity': opacity === 1 ? undefined : opacity,
        }),
      );
    }
  // Smoothed edges of neighbours would let the picture through between them.
  return element('g', { 'shape-rendering': 'crispEdges' }, ...rects);
}

function tileOf({ geometry: { rows, cols } }: PlacedGrid, row: number, col: number): Rect {
  const y = rows.tile(row);
  const x = cols.tile(col);
  return { left: x.start, right: x.end, top: y.start, bottom: y.end };
}

/** A veil over what the network does not see, and the border of what it does. */
export function unseenVeil(picture: Rect, seen: Rect): Svg | null {
  const gaps = [
    seen.left - picture.left,
    seen.top - picture.top,
    picture.right - seen.right,
    picture.bottom - seen.bottom,
  ];
  // Resampling rounds the long side down, so that even an uncropped side may differ by a fraction of a pixel.
  if (gaps.every((gap) => Math.abs(gap) <= 1.5)) return null;
  const ring = ({ left, top, right, bottom }: Rect) => `M${left} ${top}H${right}V${bottom}H${left}Z`;
  return group(
    element('path', {
      d: `${ring(picture)}${ring(seen)}`,
      'fill-rule': 'evenodd',
      fill: '#ffffff',
      'fill-opacity': 0.72,
    }),
    outline(seen),
  );
}

type Edges = [left: number, top: number, right: number, bottom: number];

/** A rectangle that shows on any colour: a light line between two dark ones. */
export function outline(rect: Rect, color = '#ffffff', width = 1): Svg {
  // On the middles of pixels, where a line of one pixel is one pixel wide.
  const [left, top, right, bottom] = [rect.left, rect.top, rect.right, rect.bottom].map(Math.round) as Edges;
  const box = {
    x: left + 0.5,
    y: top + 0.5,
    width: Math.max(right - left - 1, 1),
    height: Math.max(bottom - top - 1, 1),
  };
  return group(
    element('rect', { ...box, fill: 'none', stroke: '#000000', 'stroke-opacity': 0.6, 'stroke-width': width + 2 }),
    element('rect', { ...box, fill: 'none', stroke: color, 'stroke-width': width }),
  );
}

/** A pinned query as on the screen: its tile in its colour, and its number on a flag at the upper left corner. */
export function pinMark(tile: Rect, color: string, label: string, active: boolean): Svg {
  const side = active ? 16 : 14;
  const left = Math.round(tile.left) - 1;
  const top = Math.round(tile.top) - side;
  return group(
    outline(tile, color, active ? 2.5 : 1.5),
    element('rect', {
      x: left - 1,
      y: top - 1,
      width: side + 2,
      height: side + 2,
      fill: '#000000',
      'fill-opacity': 0.7,
    }),
    element('rect', { x: left, y: top, width: side, height: side, fill: color }),
    element(
      'text',
      {
        x: left + side / 2,
        y: top + side / 2 + 4,
        'font-family': FONT,
        'font-size': active ? 11.5 : 10.5,
        'font-weight': 600,
        'text-anchor': 'middle',
        fill: '#101214',
      },
      label,
    ),
  );
}

/** A rectangle of the picture as SVG's attributes, on the figure. */
export function rectOn({ offsetX, offsetY, scale }: Layout, { left, top, right, bottom }: Rect) {
  return {
    x: offsetX + left * scale,
    y: offsetY + top * scale,
    width: (right - left) * scale,
    height: (bottom - top) * scale,
  };
}
