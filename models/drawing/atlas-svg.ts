import { inputRect } from '../attention/geometry.ts';
import { colorTable } from './color-maps.ts';
import type { FigureCaption } from './figure-caption.ts';
import { BAR_TOTAL_HEIGHT, colorBar, FONT, QUIET_INK } from './figure-parts.ts';
import { captionText, type EncodePng, type Figure, type FigureMap, mapParts, svgDocument } from './figure-svg.ts';
import { element, type Svg } from './svg.ts';

/** One map of an atlas. */
export interface AtlasFigureMap {
  readonly map: FigureMap['map'];
  /** Under it; empty for none. */
  readonly label: string;
}

export interface AtlasContents extends Pick<FigureMap, 'scale' | 'place' | 'colorMap' | 'interpolation'> {
  /** In reading order. */
  readonly maps: readonly AtlasFigureMap[];
  readonly columns: number;
  /** Left of the rows and over the columns; empty for none. */
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly caption: FigureCaption | null;
  readonly density: number;
}

const MARGIN = 16;
const GAP = 5;
/** Of the maps together, where they are not too small or too large for it. */
const WIDTH = 900;
const SMALLEST_MAP = 40;
const LARGEST_MAP = 180;
const LEAST_WIDTH = 380;
const LONGEST_BAR = 420;
const LABEL_SIZE = 10;
const LABEL_ROOM = 16;
const GUTTER = 48;
/** In one figure; beyond, every map is an image. */
const MOST_RECTS = 10_000;

/** All heads of a stage in one figure, opaque and on one scale. */
export async function atlasSvg(atlas: AtlasContents, encodePng: EncodePng): Promise<Figure> {
  const { maps, columns, place, caption, density, rowLabels, columnLabels } = atlas;
  const seen = inputRect(place.window);
  const aspect = (seen.right - seen.left) / (seen.bottom - seen.top);
  const longest = Math.min(LARGEST_MAP, Math.max(SMALLEST_MAP, Math.floor(WIDTH / columns) - GAP));
  const mapWidth = Math.max(1, Math.round(longest * Math.min(1, aspect)));
  const mapHeight = Math.max(1, Math.round(longest / Math.max(1, aspect)));
  const scale = mapWidth / (seen.right - seen.left);
  const labelled = maps.some(({ label }) => label !== '');
  const pitchY = mapHeight + GAP + (labelled ? LABEL_ROOM : 0);
  const left = MARGIN + (rowLabels.length > 0 ? GUTTER : 0);
  const top = MARGIN + (columnLabels.length > 0 ? LABEL_ROOM : 0);
  const rows = Math.ceil(maps.length / columns);
  const inner = left - MARGIN + columns * (mapWidth + GAP) - GAP;
  const width = MARGIN * 2 + Math.max(inner, LEAST_WIDTH);
  const mostRects = maps.length * (maps[0]?.map.cells.length ?? 0) <= MOST_RECTS ? MOST_RECTS : 0;

  const parts: Svg[] = [];
  const label = (text: string, x: number, y: number, anchor: string) =>
    element(
      'text',
      { x, y, 'text-anchor': anchor, 'font-family': FONT, 'font-size': LABEL_SIZE, fill: QUIET_INK },
      text,
    );
  for (const [index, { map, label: under }] of maps.entries()) {
    const x = left + (index % columns) * (mapWidth + GAP);
    const y = top + Math.floor(index / columns) * pitchY;
    const layout = { offsetX: x - seen.left * scale, offsetY: y - seen.top * scale, scale };
    const contents = { ...atlas, map, components: null, opacity: 1, fadeLow: false, picture: null, density };
    const drawn = await mapParts(contents, layout, seen, encodePng, mostRects);
    if (drawn) parts.push(drawn);
    if (under) parts.push(label(under, x + mapWidth / 2, y + mapHeight + LABEL_SIZE + 2, 'middle'));
  }
  for (const [row, text] of rowLabels.entries())
    parts.push(label(text, left - 6, top + row * pitchY + mapHeight / 2 + LABEL_SIZE / 3, 'end'));
  for (const [column, text] of columnLabels.entries())
    parts.push(label(text, left + column * (mapWidth + GAP) + mapWidth / 2, top - 5, 'middle'));

  let bottom = top + rows * pitchY - GAP;
  if (caption) {
    parts.push(
      colorBar(atlas.scale, colorTable(atlas.colorMap), MARGIN, bottom + 12, Math.min(width - MARGIN * 2, LONGEST_BAR)),
    );
    const text = captionText(caption, MARGIN, bottom + 24 + BAR_TOTAL_HEIGHT, width - MARGIN * 2);
    parts.push(text.svg);
    bottom = text.bottom;
  }
  const height = bottom + MARGIN;
  return { svg: svgDocument(width, height, caption, parts), width, height };
}
