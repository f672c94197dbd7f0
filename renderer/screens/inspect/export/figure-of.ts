import type { Rect } from '../../../../models/attention/geometry.ts';
import { type FigureFacts, figureCaption } from '../../../../models/drawing/figure-caption.ts';
import { type Figure, type FigurePin, figureSvg, PICTURE_SIDE } from '../../../../models/drawing/figure-svg.ts';
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
import { asksQuery, pointedGrid, queryStage } from '../query-place.ts';

/** All that a figure, an array or a recipe is made from. */
export interface Exported {
  readonly shown: ShownMap;
  readonly image: TrayImage;
  readonly entry: ModelEntry;
  readonly analysis: Analysis;
  readonly subject: Subject;
}

/** What can be taken away now; null while no map of this picture is there. */
export function exportedNow(): Exported | null {
  const subject = currentSubject();
  const { image, entry, analysis } = subject;
  const shown = largeMap();
  // A map of the run before, until the store has followed.
  if (!shown || !image?.url || !entry || !analysis || shown.runId !== analysis.runId) return null;
  return { shown, image, entry, analysis, subject };
}

/** The large map as a figure. @param density pixels of its images a figure pixel */
export async function figureOf(exported: Exported, choice: Settings['figure'], density: number): Promise<Figure> {
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

export function factsOf({ image, entry, analysis, shown }: Exported): FigureFacts {
  return {
    picture: image.name,
    model: entry.title,
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
