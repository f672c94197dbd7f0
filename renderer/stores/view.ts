import { create } from 'zustand';
import type { ProjectionTokens } from '../../models/attention/attention-map.ts';
import type { Point } from '../../models/attention/geometry.ts';
import type { SpreadWeights } from '../../models/attention/rollout.ts';
import type { LockedRanges, MapScale, RangeMode } from '../../models/drawing/map-scale.ts';
import type { StageReport } from '../engine/protocol.ts';
import { movePin, type Pin, withPin } from './pins.ts';

export type { RangeMode };

/**
 * What is looked at. `cls`: the class token's attention where the stage has one, tokens received elsewhere. `received`: how
 * much attention each key gets. `query`: the attention of one token, or paid to one key. `rollout`: attention multiplied
 * through all stages. `attribution`: what each key adds to a class's logit. `projection`: tokens around the convolutions.
 */
export type View = 'cls' | 'received' | 'query' | 'rollout' | 'attribution' | 'projection';
export const VIEWS: readonly View[] = ['cls', 'received', 'query', 'rollout', 'attribution', 'projection'];

/** Of `query`: what the token attends to, or which queries attend to the key there. */
export type Direction = 'attends' | 'attended';
/** Where a rollout starts: at the class token (or the mean of the tokens), or at the query. */
export type RolloutFrom = 'answer' | 'query';
/** Of a rollout, shown large: what arrives at the pixels, or at the tokens of the chosen stage. */
export type RolloutOn = 'pixels' | 'tokens';
/** Of an attribution: all blocks of the last stage summed, or the one that is chosen there. */
export type AttributionBlock = 'all' | 'one';
/** Of a projection: the tokens' lengths, or their principal components as colours. */
export type ProjectionShow = 'norm' | 'components';
/** In what order an atlas has the heads of a stage. */
export type AtlasOrder = 'block' | 'entropy' | 'distance';

/** What is chosen to be shown, and nothing about who looks at it. */
export interface ViewChoices {
  /** Shown large; index from 0. */
  readonly stage: number;
  /** Per stage. */
  readonly blocks: readonly number[];
  /** Per stage; null is the mean over heads. */
  readonly heads: readonly (number | null)[];
  readonly view: View;
  readonly direction: Direction;
  readonly rolloutFrom: RolloutFrom;
  readonly rolloutOn: RolloutOn;
  readonly spread: SpreadWeights;
  /** Index of the class whose logit is taken apart; null: the likeliest of the picture. */
  readonly target: number | null;
  /** The class it is held against, whose contributions are subtracted; null: none. */
  readonly contrast: number | null;
  readonly attributionBlock: AttributionBlock;
  readonly projectionOf: ProjectionTokens;
  readonly projectionShow: ProjectionShow;
  readonly range: RangeMode;
  /** The numbers of the colour bar that `range: 'locked'` keeps across stages, heads, images and models. */
  readonly locked: LockedRanges;
  readonly pins: readonly Pin[];
  /** The pin whose map is shown; null: the query follows the pointer. */
  readonly activePin: number | null;
  readonly atlas: boolean;
  readonly atlasOrder: AtlasOrder;
}

interface ViewState extends ViewChoices {
  readonly stages: readonly StageReport[];
  /** Where the pointer is over the picture, in its pixels; null outside of it. */
  readonly hover: Point | null;
  /** Where the pointer was last over the picture; null before its first move. See {@link queryPoint}. */
  readonly followed: Point | null;
  /** What the list of classes is filtered by. */
  readonly classQuery: string;
  /** The bare picture, as long as a key or button is held. */
  readonly peeking: boolean;

  readonly setStages: (stages: readonly StageReport[]) => void;
  /** Shows a stage large; where a rollout is shown, its tokens in place of the pixels. */
  readonly setStage: (stage: number) => void;
  readonly setBlock: (stage: number, block: number) => void;
  readonly stepBlock: (by: number) => void;
  readonly setHead: (head: number | null) => void;
  /** Along the heads, the mean before the first; around at the ends. */
  readonly stepHead: (by: number) => void;
  /** Attributions are of the last stage, which is then shown. */
  readonly setView: (view: View) => void;
  readonly cycleView: () => void;
  /** Changes what needs no rule of its own. */
  readonly choose: (
    change: Partial<
      Pick<
        ViewChoices,
        | 'direction'
        | 'rolloutFrom'
        | 'rolloutOn'
        | 'spread'
        | 'attributionBlock'
        | 'projectionOf'
        | 'projectionShow'
        | 'atlas'
        | 'atlasOrder'
      >
    >,
  ) => void;
  readonly setTarget: (target: number | null) => void;
  /** A class is not held against itself: that ends the contrast. */
  readonly setContrast: (contrast: number | null) => void;
  /** To lock takes the numbers too: {@link lockRange}. */
  readonly setRange: (range: RangeMode) => void;
  /** Keeps the numbers of these scales for every map in their units. */
  readonly lockRange: (scales: readonly MapScale[]) => void;
  readonly pointAt: (point: Point | null) => void;
  /** Adds a pin and shows its map; with no more room, moves the one that is shown or else the last. */
  readonly pin: (point: Point) => void;
  /** Puts the pin that is shown elsewhere; adds one where none is. */
  readonly moveActivePin: (point: Point) => void;
  /** Shows a pin's map; null: follows the pointer again. */
  readonly activatePin: (id: number | null) => void;
  readonly removePin: (id: number) => void;
  readonly removeAllPins: () => void;
  readonly searchClasses: (query: string) => void;
  readonly peek: (peeking: boolean) => void;
  /** A different picture: nothing that was pointed at still means anything. */
  readonly forgetPoints: () => void;
  /** A different model: its classes are other ones. */
  readonly forgetClasses: () => void;
  /** Brings a kept choice back, as far as the model has such stages, blocks and heads. */
  readonly restore: (choices: Partial<ViewChoices>) => void;
}

export const useView = create<ViewState>()((set) => ({
  stages: [],
  stage: 0,
  blocks: [],
  heads: [],
  view: 'cls',
  direction: 'attends',
  rolloutFrom: 'answer',
  // Early stages may drain into a corner that means nothing, and pixels inherit it.
  rolloutOn: 'tokens',
  spread: 'uniform',
  target: null,
  contrast: null,
  attributionBlock: 'all',
  projectionOf: 'before',
  projectionShow: 'norm',
  range: 'zero',
  locked: {},
  pins: [],
  activePin: null,
  atlas: false,
  atlasOrder: 'block',
  hover: null,
  followed: null,
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
  setStage: (stage) =>
    set((state) => {
      if (stage < 0 || stage >= state.stages.length) return state;
      return state.view === 'rollout' ? { stage, rolloutOn: 'tokens' } : { stage };
    }),
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
  stepHead: (by) =>
    set((state) => {
      const count = state.stages[state.stage]?.heads ?? 1;
      if (count === 1) return state;
      const at = (state.heads[state.stage] ?? -1) + 1 + by;
      const next = (at + count + 1) % (count + 1);
      return { heads: replaced(state.heads, state.stage, next === 0 ? null : next - 1) };
    }),
  setView: (view) => set((state) => viewed(state, view)),
  cycleView: () => set((state) => viewed(state, VIEWS[(VIEWS.indexOf(state.view) + 1) % VIEWS.length]!)),
  choose: (change) => set(change),
  setTarget: (target) =>
    set((state) => ({ target, contrast: target !== null && target === state.contrast ? null : state.contrast })),
  setContrast: (contrast) =>
    set((state) => ({ contrast: contrast !== null && contrast === state.target ? null : contrast })),
  setRange: (range) => set({ range }),
  lockRange: (scales) =>
    set(({ locked }) => ({
      range: 'locked',
      locked: { ...locked, ...Object.fromEntries(scales.map(({ unit, min, max }) => [unit, { min, max }])) },
    })),
  pointAt: (hover) => set((state) => (hover ? { hover, followed: hover } : state.hover ? { hover } : state)),
  pin: (point) =>
    set((state) => {
      const added = withPin(state.pins, point);
      if (added) return { pins: added.pins, activePin: added.pin.id };
      const id = state.activePin ?? state.pins.at(-1)!.id;
      return { pins: movePin(state.pins, id, point), activePin: id };
    }),
  moveActivePin: (point) =>
    set((state) => {
      if (state.activePin !== null) return { pins: movePin(state.pins, state.activePin, point) };
      const added = withPin(state.pins, point);
      return added ? { pins: added.pins, activePin: added.pin.id } : state;
    }),
  activatePin: (id) =>
    set((state) => (id === null || state.pins.some((pin) => pin.id === id) ? { activePin: id } : state)),
  removePin: (id) =>
    set((state) => ({
      pins: state.pins.filter((pin) => pin.id !== id),
      activePin: state.activePin === id ? null : state.activePin,
    })),
  removeAllPins: () => set({ pins: [], activePin: null }),
  searchClasses: (classQuery) => set({ classQuery }),
  peek: (peeking) => set({ peeking }),
  forgetPoints: () => set({ hover: null, followed: null, pins: [], activePin: null }),
  forgetClasses: () => set({ classQuery: '', target: null, contrast: null }),
  restore: (choices) => set((state) => fitting(state.stages, { ...pickChoices(state), ...choices })),
}));

/** The point whose query is shown: the active pin's, or where the pointer was last. Null before its first move. */
export function queryPoint({ pins, activePin, followed }: Pick<ViewState, 'pins' | 'activePin' | 'followed'>) {
  return pins.find(({ id }) => id === activePin)?.point ?? followed;
}

/** What is chosen now, to be kept and restored. */
export function pickChoices(state: ViewChoices): ViewChoices {
  return {
    stage: state.stage,
    blocks: state.blocks,
    heads: state.heads,
    view: state.view,
    direction: state.direction,
    rolloutFrom: state.rolloutFrom,
    rolloutOn: state.rolloutOn,
    spread: state.spread,
    target: state.target,
    contrast: state.contrast,
    attributionBlock: state.attributionBlock,
    projectionOf: state.projectionOf,
    projectionShow: state.projectionShow,
    range: state.range,
    locked: state.locked,
    pins: state.pins,
    activePin: state.activePin,
    atlas: state.atlas,
    atlasOrder: state.atlasOrder,
  };
}

function viewed(state: ViewState, view: View): Partial<ViewState> {
  const last = state.stages.length - 1;
  return view === 'attribution' && last >= 0 ? { view, stage: last } : { view };
}

function fitting(stages: readonly StageReport[], choices: ViewChoices): ViewChoices {
  return {
    ...choices,
    stage: Math.min(Math.max(0, choices.stage), Math.max(0, stages.length - 1)),
    blocks: stages.map(({ depth }, at) => Math.min(Math.max(0, choices.blocks[at] ?? depth - 1), depth - 1)),
    heads: stages.map(({ heads }, at) => {
      const head = choices.heads[at] ?? null;
      return head !== null && head >= 0 && head < heads && heads > 1 ? head : null;
    }),
    activePin: choices.pins.some(({ id }) => id === choices.activePin) ? choices.activePin : null,
  };
}

function sameShape(a: readonly StageReport[], b: readonly StageReport[]): boolean {
  return a.length === b.length && a.every(({ depth, heads }, at) => depth === b[at]!.depth && heads === b[at]!.heads);
}

function replaced<T>(list: readonly T[], index: number, value: T): readonly T[] {
  return list.map((old, at) => (at === index ? value : old));
}
