import { create } from 'zustand';
import type { Point } from '../../models/attention/geometry.ts';
import type { StageReport } from '../engine/protocol.ts';

/**
 * What is looked at. `cls`: the class token's attention where the stage has one, tokens received elsewhere.
 * `received`: how much attention each key gets. `row`: the attention of the token under the pointer.
 */
export type View = 'cls' | 'received' | 'row';
export const VIEWS: readonly View[] = ['cls', 'received', 'row'];

/**
 * The range of the colours. `zero`: each map from 0 to its maximum. `tight`: each map from its minimum to its maximum.
 * `shared`: all stages from 0 to the largest value among them, in multiples of uniform so that they can be compared.
 */
export type RangeMode = 'zero' | 'tight' | 'shared';

interface ViewState {
  readonly stages: readonly StageReport[];
  readonly stage: number;
  /** Per stage. */
  readonly blocks: readonly number[];
  /** Per stage; null is the mean over heads. */
  readonly heads: readonly (number | null)[];
  readonly view: View;
  readonly range: RangeMode;
  /** Where the pointer is over the picture, in its pixels; null outside of it. */
  readonly hover: Point | null;
  /** The pixel whose row is shown: follows the pointer until pinned. Null before the first move: the picture's centre. */
  readonly query: Point | null;
  readonly pinned: boolean;
  /** What the list of classes is filtered by. */
  readonly classQuery: string;
  /** The bare picture, as long as a key or button is held. */
  readonly peeking: boolean;

  readonly setStages: (stages: readonly StageReport[]) => void;
  readonly setStage: (stage: number) => void;
  readonly setBlock: (stage: number, block: number) => void;
  readonly stepBlock: (by: number) => void;
  readonly setHead: (head: number | null) => void;
  readonly cycleHead: () => void;
  readonly setView: (view: View) => void;
  readonly cycleView: () => void;
  readonly setRange: (range: RangeMode) => void;
  readonly pointAt: (point: Point | null) => void;
  readonly pin: (point: Point) => void;
  readonly unpin: () => void;
  readonly searchClasses: (query: string) => void;
  readonly peek: (peeking: boolean) => void;
  /** A different picture: nothing that was pointed at still means anything. */
  readonly forgetPoints: () => void;
}

export const useView = create<ViewState>()((set) => ({
  stages: [],
  stage: 0,
  blocks: [],
  heads: [],
  view: 'cls',
  range: 'zero',
  hover: null,
  query: null,
  pinned: false,
  classQuery: '',
  peeking: false,

  // A model starts at its last stage and every stage at its last block: closest to the answer. The same model on another
  // device is looked at as before.
  setStages: (stages) =>
    set((state) =>
      sameShape(state.stages, stages)
        ? { stages }
        : {
            stages,
            stage: Math.max(0, stages.length - 1),
            blocks: stages.map((stage) => stage.depth - 1),
            heads: stages.map(() => null),
          },
    ),
  setStage: (stage) => set((state) => (stage >= 0 && stage < state.stages.length ? { stage } : state)),
  setBlock: (stage, block) =>
    set((state) => {
      const depth = state.stages[stage]?.depth ?? 0;
      if (block < 0 || block >= depth) return state;
      return { blocks: replaced(state.blocks, stage, block) };
    }),
  stepBlock: (by) =>
    set((state) => {
      const depth = state.stages[state.stage]?.depth ?? 1;
      const next = Math.min(depth - 1, Math.max(0, (state.blocks[state.stage] ?? 0) + by));
      return { blocks: replaced(state.blocks, state.stage, next) };
    }),
  setHead: (head) => set((state) => ({ heads: replaced(state.heads, state.stage, head) })),
  cycleHead: () =>
    set((state) => {
      const count = state.stages[state.stage]?.heads ?? 1;
      const head = state.heads[state.stage] ?? null;
      const next = head === null ? 0 : head + 1;
      return { heads: replaced(state.heads, state.stage, count === 1 || next >= count ? null : next) };
    }),
  setView: (view) => set({ view }),
  cycleView: () => set((state) => ({ view: VIEWS[(VIEWS.indexOf(state.view) + 1) % VIEWS.length]! })),
  setRange: (range) => set({ range }),
  pointAt: (hover) => set((state) => (hover && !state.pinned ? { hover, query: hover } : { hover })),
  pin: (query) => set({ query, pinned: true }),
  unpin: () => set((state) => ({ pinned: false, query: state.hover ?? state.query })),
  searchClasses: (classQuery) => set({ classQuery }),
  peek: (peeking) => set({ peeking }),
  forgetPoints: () => set({ hover: null, query: null, pinned: false }),
}));

function sameShape(a: readonly StageReport[], b: readonly StageReport[]): boolean {
  return a.length === b.length && a.every(({ depth, heads }, at) => depth === b[at]!.depth && heads === b[at]!.heads);
}

function replaced<T>(list: readonly T[], index: number, value: T): readonly T[] {
  return list.map((old, at) => (at === index ? value : old));
}
