import { create } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import { type InputChoice, OWN_INPUT } from '../../models/image/input-size.ts';
import type { Precision } from '../../models/precision/precision.ts';
import type { Analysis, EngineProgress, ModelReport } from '../engine/protocol.ts';
import type { WorkProgress } from '../shell/model-library.ts';
import { MOST_COLUMNS, type Settings } from '../shell/settings.ts';
import type { ModelEntry } from '../shell/shell.ts';

export { MOST_COLUMNS };
export const FEWEST_COLUMNS = 2;

/** One checkpoint at one input on one engine in one precision. */
export interface ColumnChoice {
  readonly modelId: string;
  readonly input: InputChoice;
  /** `wasm`: on the CPU whatever the engine's device is; null: on that. */
  readonly provider: 'wasm' | null;
  readonly precision: Precision;
}

export interface Column extends ColumnChoice {
  readonly id: string;
}

/** How far a column is with the picture that is looked at. */
export type ColumnState =
  /** There is no picture that could be run. */
  | { readonly kind: 'idle' }
  /** For its turn: columns are run one after the other. */
  | { readonly kind: 'waiting' }
  /** The library checks its weights. */
  | { readonly kind: 'opening'; readonly title: string; readonly progress: WorkProgress | null }
  /** Its weights are not on this machine, or not whole. */
  | { readonly kind: 'missing'; readonly title: string }
  | { readonly kind: 'running'; readonly title: string; readonly progress: EngineProgress | null }
  | { readonly kind: 'done'; readonly entry: ModelEntry; readonly report: ModelReport; readonly analysis: Analysis }
  /** By the user. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'error'; readonly error: ErrorMessage };

interface CompareState {
  /** From left to right; two to six, or none before the first look at them. */
  readonly columns: readonly Column[];
  /** Id of the column that the others are held against. */
  readonly reference: string | null;
  /** By column; what has none yet is waiting. */
  readonly states: Readonly<Record<string, ColumnState>>;
  /** Brings kept columns back, or the first ones. */
  readonly open: (kept: Settings['compare'], modelId: string) => void;
  readonly add: (choice: ColumnChoice) => void;
  readonly change: (id: string, change: Partial<ColumnChoice>) => void;
  /** Puts the same column once more behind it. */
  readonly duplicate: (id: string) => void;
  /** By one place, to the left or the right. */
  readonly move: (id: string, by: -1 | 1) => void;
  readonly remove: (id: string) => void;
  readonly setReference: (id: string) => void;
  readonly putState: (id: string, state: ColumnState) => void;
}

/** What a second column differs by at a first look: half of any published resolution, which every network takes. */
const SMALLER: InputChoice = { kind: 'square', side: 112 };

let nextId = 1;

/** What is compared and what it came to. Kept in the settings without the results. */
export const useCompare = create<CompareState>()((set) => ({
  columns: [],
  reference: null,
  states: {},

  open: (kept, modelId) =>
    set((state) => {
      if (state.columns.length > 0) return state;
      const first: ColumnChoice = { modelId, input: OWN_INPUT, provider: null, precision: 'fp32' };
      const choices =
        kept.columns.length < FEWEST_COLUMNS
          ? [first, { ...first, input: SMALLER }]
          : kept.columns.slice(0, MOST_COLUMNS);
      const columns = choices.map(withId);
      return { columns, reference: columns[kept.reference]?.id ?? columns[0]!.id };
    }),
  add: (choice) =>
    set(({ columns }) => (columns.length < MOST_COLUMNS ? { columns: [...columns, withId(choice)] } : {})),
  change: (id, change) =>
    set(({ columns }) => ({ columns: columns.map((each) => (each.id === id ? { ...each, ...change } : each)) })),
  duplicate: (id) =>
    set(({ columns }) => {
      const at = columns.findIndex((each) => each.id === id);
      if (at < 0 || columns.length >= MOST_COLUMNS) return {};
      const { modelId, input, provider, precision } = columns[at]!;
      return { columns: columns.toSpliced(at + 1, 0, withId({ modelId, input, provider, precision })) };
    }),
  move: (id, by) =>
    set(({ columns }) => {
      const at = columns.findIndex((each) => each.id === id);
      const to = at + by;
      if (at < 0 || to < 0 || to >= columns.length) return {};
      return { columns: columns.with(at, columns[to]!).with(to, columns[at]!) };
    }),
  remove: (id) =>
    set(({ columns, reference, states: { [id]: _, ...states } }) => {
      if (columns.length <= FEWEST_COLUMNS) return {};
      const kept = columns.filter((each) => each.id !== id);
      return { columns: kept, states, reference: reference === id ? kept[0]!.id : reference };
    }),
  setReference: (reference) => set({ reference }),
  putState: (id, state) =>
    set(({ columns, states }) =>
      columns.some((each) => each.id === id) ? { states: { ...states, [id]: state } } : {},
    ),
}));

export const WAITING: ColumnState = { kind: 'waiting' };

export function columnState({ states }: Pick<CompareState, 'states'>, id: string): ColumnState {
  return states[id] ?? WAITING;
}

export function columnById(id: string): Column | null {
  return useCompare.getState().columns.find((each) => each.id === id) ?? null;
}

/** What of the columns is kept in the settings. */
export function keptColumns({ columns, reference }: Pick<CompareState, 'columns' | 'reference'>): Settings['compare'] {
  return {
    columns: columns.map(({ modelId, input, provider, precision }) => ({ modelId, input, provider, precision })),
    reference: Math.max(
      0,
      columns.findIndex(({ id }) => id === reference),
    ),
  };
}

/** `A` to `F`: columns of one model are told apart by their place. */
export function columnLetter(at: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + at);
}

function withId(choice: ColumnChoice): Column {
  return { ...choice, id: `column-${nextId++}` };
}
