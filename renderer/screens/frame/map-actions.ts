import { DIVERGING_MAPS, SEQUENTIAL_MAPS } from '../../../models/drawing/color-maps.ts';
import type { RangeMode } from '../../../models/drawing/map-scale.ts';
import { rankClasses } from '../../../models/predictions.ts';
import { currentSubject } from '../../pipeline/subject.ts';
import { targetOf } from '../../pipeline/wishes.ts';
import { useSettings } from '../../stores/settings.ts';
import { useView, VIEWS } from '../../stores/view.ts';
import { toggleLock } from '../inspect/lock-range.ts';
import { VIEW_NAMES } from '../inspect/map-words.ts';
import { VIEW_KEYS } from '../inspect/view-switch.tsx';
import type { Action } from './use-actions.ts';

/** Toggled by a tap of its key; held, it shows the bare picture (use-shortcuts.ts). */
export const OVERLAY_ACTION = 'overlay';

const view = useView.getState;

/** What can be done to the map: which it is, of what, and how it is drawn. */
export function mapActions(stageCount: number): readonly Action[] {
  return [...placeActions(stageCount), ...viewActions(), ...queryActions(), ...classActions(), ...lookActions()];
}

function placeActions(stageCount: number): readonly Action[] {
  return [
    ...Array.from({ length: stageCount }, (_, stage): Action => {
      const run = () => view().setStage(stage);
      return { id: `stage-${stage}`, title: `Stage ${stage + 1}`, group: 'Map', keys: [String(stage + 1)], run };
    }),
    { id: 'block-down', title: 'Previous block', group: 'Map', keys: ['['], run: () => view().stepBlock(-1) },
    { id: 'block-up', title: 'Next block', group: 'Map', keys: [']'], run: () => view().stepBlock(1) },
    { id: 'head', title: 'Next head, then all of them', group: 'Map', keys: ['h'], run: () => view().stepHead(1) },
    {
      id: 'atlas',
      title: 'Atlas of all blocks and heads',
      group: 'Map',
      keys: ['a'],
      run: () => view().choose({ atlas: !view().atlas }),
    },
  ];
}

function viewActions(): readonly Action[] {
  return [
    ...VIEWS.map((each): Action => {
      const run = () => view().setView(each);
      return { id: `view-${each}`, title: `View: ${VIEW_NAMES[each]}`, group: 'View', keys: [VIEW_KEYS[each]], run };
    }),
    { id: 'view', title: 'Next view', group: 'View', keys: ['m'], run: () => view().cycleView() },
    {
      id: 'rollout-from',
      title: 'Rollout: from the answer or the query',
      group: 'View',
      keys: ['g'],
      run: () => view().choose({ rolloutFrom: view().rolloutFrom === 'answer' ? 'query' : 'answer' }),
    },
    {
      id: 'rollout-on',
      title: 'Rollout: pixels or a stage’s tokens',
      group: 'View',
      keys: ['j'],
      run: () => view().choose({ rolloutOn: view().rolloutOn === 'pixels' ? 'tokens' : 'pixels' }),
    },
    {
      id: 'spread',
      title: 'Rollout: spread evenly or by weights',
      group: 'View',
      keys: ['w'],
      run: () => view().choose({ spread: view().spread === 'uniform' ? 'weighted' : 'uniform' }),
    },
    {
      id: 'projection-of',
      title: 'Projection: before, q, k, v',
      group: 'View',
      keys: ['z'],
      run: () => view().choose({ projectionOf: next(['before', 'q', 'k', 'v'], view().projectionOf) }),
    },
    {
      id: 'projection-show',
      title: 'Projection: length or components',
      group: 'View',
      keys: ['v'],
      run: () => view().choose({ projectionShow: view().projectionShow === 'norm' ? 'components' : 'norm' }),
    },
  ];
}

function queryActions(): readonly Action[] {
  return [
    {
      id: 'direction',
      title: 'Query: attends to, or attended by',
      group: 'View',
      keys: ['d'],
      run: () => view().choose({ direction: view().direction === 'attends' ? 'attended' : 'attends' }),
    },
    { id: 'pin-next', title: 'Show the next pinned query', group: 'View', keys: ['n'], run: showNextPin },
    {
      id: 'pin-remove',
      title: 'Remove the pin that is shown',
      group: 'View',
      keys: ['Backspace'],
      run: () => {
        const { activePin, removePin } = view();
        if (activePin !== null) removePin(activePin);
      },
    },
    { id: 'pins-remove', title: 'Remove all pins', group: 'View', keys: [], run: () => view().removeAllPins() },
    {
      id: 'unpin',
      title: 'Follow the pointer again',
      group: 'View',
      keys: ['Escape'],
      run: () => view().activatePin(null),
    },
  ];
}

function classActions(): readonly Action[] {
  return [
    { id: 'target-next', title: 'Class: explain the next likeliest', group: 'View', keys: ['t'], run: explainNext },
    { id: 'contrast-next', title: 'Class: hold against the next', group: 'View', keys: ['y'], run: contrastNext },
    {
      id: 'attribution-block',
      title: 'Class: all blocks or one',
      group: 'View',
      keys: ['b'],
      run: () => view().choose({ attributionBlock: view().attributionBlock === 'all' ? 'one' : 'all' }),
    },
  ];
}

function lookActions(): readonly Action[] {
  const look = () => useSettings.getState().overlay;
  const change = (to: Partial<ReturnType<typeof look>>) => useSettings.getState().updateOverlay(to);
  const fade = (by: number) =>
    change({ opacity: Math.min(1, Math.max(0, Math.round((look().opacity + by) * 20) / 20)) });
  return [
    {
      id: OVERLAY_ACTION,
      title: 'Overlay on or off; hold to peek',
      group: 'Look',
      keys: ['o'],
      run: () => change({ visible: !look().visible }),
    },
    {
      id: 'smooth',
      title: 'Tiles or smooth',
      group: 'Look',
      keys: ['s'],
      run: () => change({ interpolation: look().interpolation === 'tiles' ? 'smooth' : 'tiles' }),
    },
    { id: 'lock', title: 'Lock the range, or let go of it', group: 'Look', keys: ['k'], run: toggleLock },
    {
      id: 'range',
      title: 'Next range: 0–max, min–max, shared',
      group: 'Look',
      keys: ['\\'],
      run: () => view().setRange(next<RangeMode>(['zero', 'tight', 'shared'], view().range)),
    },
    {
      id: 'colors',
      title: 'Next colours',
      group: 'Look',
      keys: [';'],
      run: () =>
        view().view === 'attribution'
          ? change({ divergingMap: next(DIVERGING_MAPS, look().divergingMap) })
          : change({ colorMap: next(SEQUENTIAL_MAPS, look().colorMap) }),
    },
    {
      id: 'fade',
      title: 'Fade low values',
      group: 'Look',
      keys: ['f'],
      run: () => change({ fadeLow: !look().fadeLow }),
    },
    { id: 'opacity-down', title: 'Less opaque', group: 'Look', keys: [','], run: () => fade(-0.1) },
    { id: 'opacity-up', title: 'More opaque', group: 'Look', keys: ['.'], run: () => fade(0.1) },
  ];
}

/** Around at the end; what is not among them goes to the first. */
function next<T>(list: readonly T[], current: T): T {
  return list[(list.indexOf(current) + 1) % list.length]!;
}

function showNextPin(): void {
  const { pins, activePin, activatePin } = view();
  const at = pins.findIndex(({ id }) => id === activePin);
  activatePin(pins[(at + 1) % Math.max(1, pins.length)]?.id ?? null);
}

/** How many of the likeliest classes the keys walk through: as many as are listed. */
const WALKED = 5;

function likeliest(): readonly number[] {
  const { analysis, entry } = currentSubject();
  if (!analysis || !entry) return [];
  return rankClasses(analysis.probabilities, entry.labels)
    .slice(0, WALKED)
    .map(({ index }) => index);
}

function explainNext(): void {
  const classes = likeliest();
  const target = targetOf(currentSubject(), view());
  if (target === null || classes.length === 0) return;
  view().setTarget(next(classes, target));
  view().setView('attribution');
}

/** Through the others, then none. */
function contrastNext(): void {
  const target = targetOf(currentSubject(), view());
  const others = [null, ...likeliest().filter((index) => index !== target)];
  view().setContrast(next(others, view().contrast));
  view().setView('attribution');
}
