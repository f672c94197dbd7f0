import type { AttentionMap } from '../attention/attention-map.ts';
import { inputRect, type Rect } from '../attention/geometry.ts';
import { type ColorMapName, colorTable } from './color-maps.ts';
import type { FigureCaption } from './figure-caption.ts';
import {
  BAR_TOTAL_HEIGHT,
  colorBar,
  FONT,
  INK,
  outline,
  pinMark,
  QUIET_INK,
  rectOn,
  tileRects,
  unseenVeil,
} from './figure-parts.ts';
import {
  type Canvas,
  type Interpolation,
  type Layout,
  type PlacedGrid,
  type Raster,
  rasterColors,
  rasterMap,
} from './map-raster.ts';
import type { MapScale } from './map-scale.ts';
import { element, group, type Svg } from './svg.ts';

/** A map as it is drawn. */
export interface FigureMap {
  readonly map: AttentionMap;
  readonly scale: MapScale;
  readonly place: PlacedGrid;
  /** [rows · cols, 3] of 0–1: drawn in the map's stead, without a colour bar. */
  readonly components: Float32Array | null;
  readonly colorMap: ColorMapName;
  readonly interpolation: Interpolation;
  /** 0–1, over a picture; without one a map is opaque. */
  readonly opacity: number;
  readonly fadeLow: boolean;
}

export interface FigurePin {
  /** The query's, in picture pixels. */
  readonly tile: Rect;
  /** CSS */
  readonly color: string;
  readonly label: string;
  readonly active: boolean;
}

export interface FigureContents extends FigureMap {
  /** The whole picture as a data URL, oriented; null: the map alone, on what the network sees. */
  readonly picture: string | null;
  readonly pins: readonly FigurePin[];
  /** Tiles to mark, in picture pixels: the query's. */
  readonly marked: readonly Rect[];
  readonly bar: boolean;
  readonly caption: FigureCaption | null;
  /** Image pixels a figure pixel, where a map is drawn as an image. */
  readonly density: number;
}

/** One figure, complete in itself. */
export interface Figure {
  readonly svg: string;
  /** In pixels at 1×. */
  readonly width: number;
  readonly height: number;
}

/** A raster as a PNG data URL; how depends on where this runs. */
export type EncodePng = (raster: Raster) => Promise<string>;

/** The longer side of the picture, in figure pixels. */
export const PICTURE_SIDE = 720;
/** A caption under a narrow picture needs this. */
const LEAST_WIDTH = 380;
const LONGEST_BAR = 420;
const MARGIN = 16;
const GAP = 12;
/** Up to here every cell is a rectangle that a drawing program can take hold of; beyond, the map is an image. */
const MOST_RECTS = 10_000;
const TITLE_SIZE = 14;
const TEXT_SIZE = 12;
const LINE = 17;
/** Width of a character in its size; wide enough for any common face, for nothing here can measure text. */
const CHARACTER = 0.56;

/**
 * The one figure that is saved, copied and printed, by the app and by the command line: picture, map, what the crop left out,
 * pins, colour bar and caption. A PNG is this at 1 to 4 pixels a pixel.
 */
export async function figureSvg(contents: FigureContents, encodePng: EncodePng): Promise<Figure> {
  const { place, picture, caption } = contents;
  const { pictureWidth, pictureHeight } = place.window;
  const shown: Rect = picture
    ? { left: 0, top: 0, right: pictureWidth, bottom: pictureHeight }
    : inputRect(place.window);
  const scale = PICTURE_SIDE / Math.max(shown.right - shown.left, shown.bottom - shown.top);
  const wide = Math.max(1, Math.round((shown.right - shown.left) * scale));
  const high = Math.max(1, Math.round((shown.bottom - shown.top) * scale));
  const hasBar = contents.bar && contents.components === null;
  // Nothing but the picture is nothing but the picture: no frame, so that it can be laid over others.
  const margin = hasBar || caption ? MARGIN : 0;
  const width = margin * 2 + (margin ? Math.max(wide, LEAST_WIDTH) : wide);
  const layout: Layout = { offsetX: margin - shown.left * scale, offsetY: margin - shown.top * scale, scale };

  const parts: Svg[] = [
    element(
      'svg',
      { x: margin, y: margin, width: wide, height: high, viewBox: [margin, margin, wide, high].join(' ') },
      ...(await pictureParts(contents, layout, shown, encodePng)),
    ),
  ];
  let bottom = margin + high;
  if (hasBar) {
    bottom += GAP;
    const table = colorTable(contents.colorMap);
    parts.push(colorBar(contents.scale, table, margin, bottom, Math.min(width - margin * 2, LONGEST_BAR)));
    bottom += BAR_TOTAL_HEIGHT;
  }
  if (caption) {
    const text = captionText(caption, margin, bottom + GAP, width - margin * 2);
    parts.push(text.svg);
    bottom = text.bottom;
  }
  const height = bottom + margin;
  return { svg: svgDocument(width, height, caption, parts), width, height };
}

/** A whole SVG file. */
export function svgDocument(
  width: number,
  height: number,
  caption: FigureCaption | null,
  parts: readonly Svg[],
): string {
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      'xmlns:xlink': 'http://www.w3.org/1999/xlink',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
    },
    caption && element('title', {}, caption.title),
    caption && element('desc', {}, caption.lines.join('. ')),
    element('rect', { width, height, fill: '#ffffff' }),
    ...parts,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg.markup}\n`;
}

async function pictureParts(contents: FigureContents, layout: Layout, shown: Rect, encodePng: EncodePng) {
  const { picture, place, pins, marked } = contents;
  const seen = rectToFigure(layout, inputRect(place.window));
  return [
    picture ? image(picture, rectOn(layout, shown)) : null,
    picture ? unseenVeil(rectToFigure(layout, shown), seen) : null,
    await mapParts(contents, layout, shown, encodePng),
    ...marked.map((rect) => outline(rectToFigure(layout, rect))),
    ...pins.map(({ tile, color, label, active }) => pinMark(rectToFigure(layout, tile), color, label, active)),
  ];
}

/** The map by itself, as rectangles where they are few and as an image otherwise. */
export async function mapParts(
  contents: FigureMap & { readonly picture: string | null; readonly density: number },
  layout: Layout,
  shown: Rect,
  encodePng: EncodePng,
  mostRects = MOST_RECTS,
): Promise<Svg | null> {
  const { map, scale, place, components, interpolation, density } = contents;
  const table = colorTable(contents.colorMap);
  const look = contents.picture
    ? { table, opacity: contents.opacity, fadeLow: contents.fadeLow, interpolation }
    : { table, opacity: 1, fadeLow: false, interpolation };
  if (!components && interpolation === 'tiles' && map.cells.length <= mostRects)
    return tileRects(map.cells, scale, place, layout, look);

  const box = rectOn(layout, shown);
  const canvas: Canvas = {
    offsetX: (layout.offsetX - box.x) * density,
    offsetY: (layout.offsetY - box.y) * density,
    scale: layout.scale * density,
    width: Math.round(box.width * density),
    height: Math.round(box.height * density),
  };
  const raster = components
    ? rasterColors(components, place, canvas, look)
    : rasterMap(map, scale, place, canvas, look);
  if (raster.width === 0 || raster.height === 0) return null;
  return image(await encodePng(raster), {
    x: box.x + raster.left / density,
    y: box.y + raster.top / density,
    width: raster.width / density,
    height: raster.height / density,
  });
}

function image(url: string, box: ReturnType<typeof rectOn>): Svg {
  // The older spelling of `href` is what every drawing program reads.
  return element('image', { ...box, preserveAspectRatio: 'none', 'xlink:href': url });
}

/** Text broken into lines that fit `width`. `bottom`: where what follows may begin. */
export function captionText({ title, lines }: FigureCaption, x: number, y: number, width: number) {
  const titles = wrap(title, width / (TITLE_SIZE * CHARACTER));
  const rest = lines.flatMap((line) => wrap(line, width / (TEXT_SIZE * CHARACTER)));
  const first = y + TITLE_SIZE;
  const text = (line: string, at: number) => element('text', { x, y: at }, line);
  const svg = group(
    element(
      'g',
      { 'font-family': FONT, 'font-size': TITLE_SIZE, 'font-weight': 600, fill: INK },
      ...titles.map((line, index) => text(line, first + index * LINE)),
    ),
    element(
      'g',
      { 'font-family': FONT, 'font-size': TEXT_SIZE, fill: QUIET_INK },
      ...rest.map((line, index) => text(line, first + (titles.length + index) * LINE)),
    ),
  );
  return { svg, bottom: first + (titles.length + rest.length - 1) * LINE };
}

/** Breaks at spaces, and within a word that is longer than a line (file names may be). */
function wrap(text: string, most: number): readonly string[] {
  const length = Math.max(8, Math.floor(most));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length <= length) {
      line = `${line} ${rest}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (rest.length > length) {
      lines.push(rest.slice(0, length));
      rest = rest.slice(length);
    }
    line = rest;
  }
  return line === '' ? lines : [...lines, line];
}

function rectToFigure(layout: Layout, rect: Rect): Rect {
  const { x, y, width, height } = rectOn(layout, rect);
  return { left: x, top: y, right: x + width, bottom: y + height };
}
