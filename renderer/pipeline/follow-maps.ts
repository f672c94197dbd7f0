import { mapScale } from '../../models/drawing/map-scale.ts';
import { useImages } from '../stores/images.ts';
import { type MapPlaceState, NO_MAP, type ShownMap, useMaps } from '../stores/maps.ts';
import { useModel } from '../stores/model.ts';
import { type Studies, useStudies } from '../stores/studies.ts';
import { useView, type ViewChoices } from '../stores/view.ts';
import { type FoundMap, type FoundPlace, pixelsPlace, stagePlace } from './maps-of.ts';
import { currentSubject, type Subject } from './subject.ts';

/** Keeps the store of shown maps at what picture, model, view and the engine's answers make of it. */
export function startShowingMaps(): void {
  let before: readonly unknown[] = [];
  const show = () => {
    const subject = currentSubject();
    const view = useView.getState();
    const studies = useStudies.getState();
    // The pointer moves many times a second, and changes no map before the engine has answered.
    const inputs = [subject, studies, ...mapChoices(view)];
    if (inputs.length === before.length && inputs.every((each, at) => Object.is(each, before[at]))) return;
    before = inputs;
    showMaps(subject, view, studies);
  };
  useView.subscribe(show);
  useStudies.subscribe(show);
  useImages.subscribe(show);
  useModel.subscribe(show);
}

function mapChoices(view: ViewChoices): readonly unknown[] {
  return [
    view.stage,
    view.blocks,
    view.heads,
    view.view,
    view.direction,
    view.rolloutOn,
    view.attributionBlock,
    view.projectionOf,
    view.projectionShow,
    view.range,
    view.locked,
  ];
}

function showMaps(subject: Subject, view: ViewChoices, studies: Studies): void {
  const runId = subject.analysis?.runId;
  const last = useMaps.getState();
  if (runId === undefined) {
    useMaps.setState({ stages: subject.stages.map(() => NO_MAP), large: NO_MAP });
    return;
  }
  const held = (place: MapPlaceState | undefined, { found, note, work }: FoundPlace): FoundMap | null =>
    found ??
    (place?.shown && mayStay(place.shown, runId, view, note !== 'not-the-last-stage' && work !== null)
      ? place.shown
      : null);

  const places = subject.stages.map((_, stage) => stagePlace(subject, view, studies, stage));
  const maps = places.map((place, stage) => held(last.stages[stage], place));
  const onPixels = view.view === 'rollout' && view.rolloutOn === 'pixels';
  const pixels = onPixels ? pixelsPlace(subject, studies) : null;
  const pixelMap = pixels && held(last.large.shown?.map.on === 'pixels' ? last.large : undefined, pixels);
  const sharing = [...maps, pixelMap].flatMap((each) => (each ? [each.map] : []));

  const shownOf = (map: FoundMap | null, place: FoundPlace, was: MapPlaceState | undefined): MapPlaceState => {
    const scale = map && mapScale(map.map, view.range, sharing, view.locked);
    const shown: ShownMap | null = map && scale && { runId, map: map.map, components: map.components, scale };
    return same(was, { shown, work: place.work, note: place.note });
  };
  const stages = places.map((place, stage) => shownOf(maps[stage]!, place, last.stages[stage]));
  const large = pixels ? shownOf(pixelMap, pixels, last.large) : (stages[view.stage] ?? NO_MAP);
  useMaps.setState({ stages, large });
}

const BY_HEAD: ReadonlySet<string> = new Set(['cls', 'received', 'query']);

/**
 * Whether the map that was shown stays until the wanted one is there. Rows take a few milliseconds, and without it every
 * change would flash; what it is stands beside it, out of the map itself. Studies may take long: theirs stay only among
 * themselves. Never beyond their run.
 */
function mayStay({ runId, map }: ShownMap, now: string, { view }: ViewChoices, wanted: boolean): boolean {
  if (!wanted || runId !== now) return false;
  const was = map.view === 'row' || map.view === 'column' ? 'query' : map.view;
  return was === view || (BY_HEAD.has(was) && BY_HEAD.has(view));
}

/** The place as it was, where nothing about it has changed: what is drawn from it is not drawn again. */
function same(was: MapPlaceState | undefined, now: MapPlaceState): MapPlaceState {
  if (!was) return now;
  const shown = was.shown && now.shown && sameShown(was.shown, now.shown) ? was.shown : now.shown;
  const work = JSON.stringify(was.work) === JSON.stringify(now.work) ? was.work : now.work;
  if (shown === was.shown && work === was.work && now.note === was.note) return was;
  return { shown, work, note: now.note };
}

function sameShown(a: ShownMap, b: ShownMap): boolean {
  const { cells, ...placeA } = a.map;
  const { cells: cellsB, ...placeB } = b.map;
  return (
    a.runId === b.runId &&
    a.components === b.components &&
    sameView(cells, cellsB) &&
    JSON.stringify([placeA, a.scale]) === JSON.stringify([placeB, b.scale])
  );
}

/** The same numbers by where they lie, without a look at them. */
function sameView(a: Float32Array, b: Float32Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
}
