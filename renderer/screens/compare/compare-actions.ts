import { useColumnMaps } from '../../stores/column-maps.ts';
import { columnState, useCompare } from '../../stores/compare.ts';
import { blockAt, COMPARE_VIEWS, type CompareChoices, stageIn, useCompareView } from '../../stores/compare-view.ts';
import { useSettings } from '../../stores/settings.ts';
import { OVERLAY_ACTION } from '../frame/map-actions.ts';
import type { Action } from '../frame/use-actions.ts';
import { VIEW_NAMES } from '../inspect/map-words.ts';
import { VIEW_KEYS } from '../inspect/view-switch.tsx';

/** A capital letter: the small one is a view's. */
export const COMPARE_KEY = 'shift+c';

/** What keys and the palette do while Compare is in front: the same keys as on one picture, for all columns. */
export function compareActions(): readonly Action[] {
  const view = useCompareView.getState;
  const choose = (change: Partial<CompareChoices>) => view().choose(change);
  const look = () => useSettings.getState().overlay;
  const update = (change: Partial<ReturnType<typeof look>>) => useSettings.getState().updateOverlay(change);
  return [
    ...COMPARE_VIEWS.map((each): Action => {
      const run = () => choose({ view: each });
      return { id: `compare-${each}`, title: `View: ${VIEW_NAMES[each]}`, group: 'View', keys: [VIEW_KEYS[each]], run };
    }),
    ...[0, 1, 2].map((stage): Action => {
      const title = `Stage ${stage + 1}`;
      return {
        id: `compare-stage-${stage}`,
        title,
        group: 'Map',
        keys: [String(stage + 1)],
        run: () => choose({ stage }),
      };
    }),
    { id: 'compare-block-back', title: 'Previous block', group: 'Map', keys: ['['], run: () => stepBlock(-1) },
    { id: 'compare-block-on', title: 'Next block', group: 'Map', keys: [']'], run: () => stepBlock(1) },
    { id: 'compare-head', title: 'Next head', group: 'Map', keys: ['h'], run: stepHead },
    {
      id: 'compare-direction',
      title: 'Query: attends to, or attended by',
      group: 'View',
      keys: ['d'],
      run: () => choose({ direction: view().direction === 'attends' ? 'attended' : 'attends' }),
    },
    {
      id: 'compare-from',
      title: 'Rollout: from the answer or the query',
      group: 'View',
      keys: ['g'],
      run: () => choose({ rolloutFrom: view().rolloutFrom === 'answer' ? 'query' : 'answer' }),
    },
    {
      id: 'compare-scale',
      title: 'One scale, or each column’s own',
      group: 'Look',
      keys: ['k'],
      run: () => choose({ oneScale: !view().oneScale }),
    },
    {
      id: OVERLAY_ACTION,
      title: 'Overlay on or off; hold to peek',
      group: 'Look',
      keys: ['o'],
      run: () => update({ visible: !look().visible }),
    },
    {
      id: 'compare-smooth',
      title: 'Tiles or smooth',
      group: 'Look',
      keys: ['s'],
      run: () => update({ interpolation: look().interpolation === 'tiles' ? 'smooth' : 'tiles' }),
    },
    {
      id: 'compare-fade',
      title: 'Fade low values',
      group: 'Look',
      keys: ['f'],
      run: () => update({ fadeLow: !look().fadeLow }),
    },
    {
      id: 'compare-pins-remove',
      title: 'Remove all pins',
      group: 'View',
      keys: ['Backspace'],
      run: () => view().removeAllPins(),
    },
    {
      id: 'compare-unpin',
      title: 'Follow the pointer again',
      group: 'View',
      keys: ['Escape'],
      run: () => view().activatePin(null),
    },
    { id: 'compare-add', title: 'Add a column', group: 'App', keys: [], run: addColumn },
  ];
}

/** Of the deepest network's, as the bar counts them. */
function largest(of: 'depth' | 'heads'): number {
  const compare = useCompare.getState();
  const view = useCompareView.getState();
  const counts = compare.columns.flatMap(({ id }) => {
    const state = columnState(compare, id);
    if (state.kind !== 'done' || !useColumnMaps.getState()[id]) return [];
    const { stages } = state.analysis;
    return stages[stageIn(view, stages.length)]?.[of] ?? [];
  });
  return Math.max(1, ...counts);
}

function stepBlock(by: number): void {
  const { depth, choose } = useCompareView.getState();
  const blocks = largest('depth');
  if (blocks < 2) return;
  const next = Math.min(blocks - 1, Math.max(0, blockAt(depth, blocks) + by));
  choose({ depth: next / (blocks - 1) });
}

/** The mean before the first; around at the end. */
function stepHead(): void {
  const { head, choose } = useCompareView.getState();
  const heads = largest('heads');
  const next = head === null ? 0 : head + 1;
  choose({ head: heads === 1 || next >= heads ? null : next });
}

function addColumn(): void {
  const { columns, duplicate } = useCompare.getState();
  const last = columns.at(-1);
  if (last) duplicate(last.id);
}
