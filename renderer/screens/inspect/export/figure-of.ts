import type { AttentionMap } from '../../../../models/attention/attention-map.ts';
import type { Rect } from '../../../../models/attention/geometry.ts';
import { atlasSvg } from '../../../../models/drawing/atlas-svg.ts';
import { atlasCaption, type FigureFacts, figureCaption } from '../../../../models/drawing/figure-caption.ts';
import { type Figure, type FigurePin, figureSvg, PICTURE_SIDE } from '../../../../models/drawing/figure-svg.ts';
import { precisionWords } from '../../../../models/precision/precision.ts';
import type { Analysis } from '../../../engine/protocol.ts';
import { pictureUrl, rasterUrl } from '../../../pipeline/export-image.ts';
import { lookOf } from '../../../pipeline/paint.ts';
import { currentSubject, type Subject } from '../../../pipeline/subject.ts';
import { cellUnder, tileInPicture, tilesOfMap } from '../../../pipeline/tiles.ts';
import type { Settings } from '../../../shell/settings.ts';
import type { ModelEntry } from '../../../shell/shell.ts';
import type { TrayImage } from '../../../stores/images.ts';
import { largeMap, type ShownMap } from '../../../stores/maps.ts';
import { useSettings } from '../../../stores/settings.ts';
import { useView } from '../../../stores/view.ts';
import { PIN_COLORS } from '../../../ui/pin-colors.ts';
import { CLIPPED_SHARE } from '../atlas/atlas-maps.ts';
import { captionOf } from '../atlas/atlas-words.ts';
import { type ShownAtlas, useShownAtlas } from '../atlas/shown-atlas.ts';
import { asksQuery, pointedGrid, queryStage } from '../query-place.ts';

/** All that a figure, an array or a recipe is made from. */
export interface Exported {
  readonly shown: ShownMap;
  readonly image: TrayImage;
  readonly entry: ModelEntry;
  readonly analysis: Analysis;
  readonly subject: Subject;
  /** In place of the large map; null where that is shown. */
  readonly atlas: ShownAtlas | null;
}

/** What can be taken away now; null while no map of this picture is there. */
export function exportedNow(): Exported | null {
  const subject = currentSubject();
  const { image, entry, analysis } = subject;
  const shown = largeMap();
  // A map of the run before, until the store has followed.
  if (!shown || !image?.url || !entry || !analysis || shown.runId !== analysis.runId) return null;
  const atlas = useView.getState().atlas ? useShownAtlas.getState().shown : null;
  return { shown, image, entry, analysis, subject, atlas: atlas?.runId === analysis.runId ? atlas : null };
}

/** The map that gives its name to what is taken away. */
export function exportedMap({ shown, atlas }: Exported): AttentionMap {
  return atlas?.entries[0]?.map ?? shown.map;
}

/** What is shown large, map or atlas, as a figure. @param density pixels of its images a figure pixel */
export function figureOf(exported: Exported, choice: Settings['figure'], density: number): Promise<Figure> {
  return exported.atlas
    ? atlasFigureOf(exported, exported.atlas, choice, density)
    : mapFigureOf(exported, choice, density);
}

async function mapFigureOf(exported: Exported, choice: Settings['figure'], density: number): Promise<Figure> {
  const { shown, image, subject } = exported;
  const { map, scale, components } = shown;
  // Everything that may change while pictures are drawn is read before the first wait.
  const contents = {
    map,
    scale,
    components: components?.components ?? null,
    place: tilesOfMap(subject.tiles!, map),
    ...lookOf(useSettings.getState().overlay, map.signed),
    ...marksOf(exported),
    bar: choice.caption,
    caption: choice.caption ? figureCaption(map, factsOf(exported)) : null,
    density,
  };
  const picture = choice.picture ? await pictureUrl(image.url!, PICTURE_SIDE * density) : null;
  return figureSvg({ ...contents, picture }, rasterUrl);
}

/** Up to here maps in reading order are wide enough for a full label. */
const MOST_WIDE = 64;
const WIDE_COLUMNS = 8;
/** In pixels, of such a label. */
const ROOM = 100;

const ORDERS = {
  block: 'by block and head',
  entropy: 'by entropy, in bits',
  distance: 'by mean distance, in input pixels',
};

/** All heads of the stage, without the picture. */
function atlasFigureOf(
  exported: Exported,
  { entries, order, scale, stage, clipped }: ShownAtlas,
  choice: Settings['figure'],
  density: number,
): Promise<Figure> {
  const { depth, heads } = exported.analysis.stages[stage]!;
  const first = entries[0]!.map;
  const inGrid = order === 'block';
  const isWide = entries.length <= MOST_WIDE;
  const beyond = clipped ? `; ${Math.round(100 * (1 - CLIPPED_SHARE))} % of the cells lie beyond the scale` : '';
  const { colorMap, interpolation } = lookOf(useSettings.getState().overlay, scale.signed);
  return atlasSvg(
    {
      maps: entries.map((entry) => ({
        map: entry.map,
        label: inGrid ? '' : isWide ? captionOf(entry, order, ROOM) : `${entry.block + 1}.${entry.head + 1}`,
      })),
      columns: inGrid
        ? heads
        : isWide
          ? Math.min(entries.length, WIDE_COLUMNS)
          : Math.ceil(Math.sqrt(entries.length * 1.5)),
      rowLabels: inGrid ? numbered('block', depth) : [],
      columnLabels: inGrid ? numbered('head', heads) : [],
      scale,
      place: tilesOfMap(exported.subject.tiles!, first),
      colorMap,
      interpolation,
      caption: choice.caption
        ? atlasCaption(first, factsOf(exported), `${ORDERS[order]}${inGrid || isWide ? '' : ' (block.head)'}${beyond}`)
        : null,
      density,
    },
    rasterUrl,
  );
}

function numbered(noun: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${noun} ${index + 1}`);
}

export function factsOf({ image, entry, analysis, shown }: Exported): FigureFacts {
  return {
    picture: image.name,
    model:
      analysis.precision.ran === 'fp32' ? entry.title : `${entry.title} in ${precisionWords(analysis.precision.ran)}`,
    input: { rows: analysis.window.inputHeight, cols: analysis.window.inputWidth },
    stages: analysis.stages,
    classes: {
      name: (index) => entry.labels[index] ?? `class ${index}`,
      logits: analysis.logits,
      probabilities: analysis.probabilities,
    },
    explained: shown.components?.explained ?? null,
  };
}

/** The pins, and where none is shown the query that the map is of. */
function marksOf({ shown, subject }: Exported): {
  readonly pins: readonly FigurePin[];
  readonly marked: readonly Rect[];
} {
  const state = useView.getState();
  const stage = queryStage(state);
  const tiles = subject.tiles?.[stage];
  if (!tiles || !asksQuery(state)) return { pins: [], marked: [] };
  const grid = pointedGrid(tiles, state);
  const pins = state.pins.flatMap((pin): readonly FigurePin[] => {
    const cell = cellUnder(grid, pin.point);
    if (cell === null) return [];
    const color = PIN_COLORS[pin.color]!;
    return [
      { tile: tileInPicture(grid, cell), color, label: String(pin.color + 1), active: pin.id === state.activePin },
    ];
  });
  const { token, view } = shown.map;
  const cell = view === 'cls' || token === null ? -1 : token - tiles.geometry.cls;
  return { pins, marked: state.activePin === null && cell >= 0 ? [tileInPicture(grid, cell)] : [] };
}
