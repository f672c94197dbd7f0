import { create } from 'zustand';
import type { Point } from '../../models/attention/geometry.ts';
import type { StageReport } from '../engine/protocol.ts';
import { movePin, type Pin, withPin } from './pins.ts';
import type { Direction, RolloutFrom, View, ViewChoices } from './view.ts';

/** The views that networks of any size have in common. */
export type CompareViewName = Exclude<View, 'projection'>;
export const COMPARE_VIEWS: readonly CompareViewName[] = ['cls', 'received', 'query', 'rollout', 'attribution'];

/** A class by name: networks that number their classes differently can mean the same one. */
export interface ClassName {
  readonly index: number;
  readonly label: string;
}

/** What is looked at in all columns alike. */
export interface CompareChoices {
  readonly view: CompareViewName;
  /** Index from 0; a network of fewer stages shows its last. */
  readonly stage: number;
  /** How far into a stage's blocks, 0 (first) to 1 (last): networks of different depth show the nearest block. */
  readonly depth: number;
  /** Index from 0, null for all; a stage with fewer heads shows its last. */
  readonly head: number | null;
  readonly direction: Direction;
  readonly rolloutFrom: RolloutFrom;
  /** Whose logit is taken apart; null: each column's own answer. */
  readonly target: ClassName | null;
  /** One range of values for all columns, or each map's own. */
  readonly oneScale: boolean;
}

interface CompareView extends CompareChoices {
  readonly hover: Point | null;
  readonly followed: Point | null;
  readonly pins: readonly Pin[];
  readonly activePin: number | null;
  readonly choose: (change: Partial<CompareChoices>) => void;
  readonly pointAt: (point: Point | null) => void;
  readonly pin: (point: Point) => void;
  readonly moveActivePin: (point: Point) => void;
  readonly activatePin: (id: number | null) => void;
  readonly removePin: (id: number) => void;
  readonly removeAllPins: () => void;
  /** Another picture: nothing that was pointed at still means anything. */
  readonly forgetPoints: () => void;
}

/** The one view of all columns, and the one cursor: a point of the picture, whatever grids lie over it. */
export const useCompareView = create<CompareView>()((set) => ({
  view: 'cls',
  // Beyond any network's last.
  stage: 2,
  depth: 1,
  head: null,
  direction: 'attends',
  rolloutFrom: 'answer',
  target: null,
  oneScale: true,
  hover: null,
  followed: null,
  pins: [],
  activePin: null,

  choose: (change) => set(change),
  pointAt: (hover) => set((state) => (hover ? { hover, followed: hover } : state.hover ? { hover } : state)),
  pin: (point) =>
    set(({ pins, activePin }) => {
      const added = withPin(pins, point);
      if (added) return { pins: added.pins, activePin: added.pin.id };
      const id = activePin ?? pins.at(-1)!.id;
      return { pins: movePin(pins, id, point), activePin: id };
    }),
  moveActivePin: (point) =>
    set(({ pins, activePin }) => {
      if (activePin !== null) return { pins: movePin(pins, activePin, point) };
      const added = withPin(pins, point);
      return added ? { pins: added.pins, activePin: added.pin.id } : {};
    }),
  activatePin: (activePin) => set({ activePin }),
  removePin: (id) =>
    set(({ pins, activePin }) => ({
      pins: pins.filter((pin) => pin.id !== id),
      activePin: activePin === id ? null : activePin,
    })),
  removeAllPins: () => set({ pins: [], activePin: null }),
  forgetPoints: () => set({ hover: null, followed: null, pins: [], activePin: null }),
}));

/** Whether the maps are of a place that is pointed at. */
export function asksPlace({ view, rolloutFrom }: Pick<CompareChoices, 'view' | 'rolloutFrom'>): boolean {
  return view === 'query' || (view === 'rollout' && rolloutFrom === 'query');
}

/** The stage of a network that is shown: an attribution is of the last, and a rollout starts there. */
export function stageIn({ view, stage }: Pick<CompareChoices, 'view' | 'stage'>, stageCount: number): number {
  const last = stageCount - 1;
  return view === 'attribution' || view === 'rollout' ? last : Math.min(stage, last);
}

/** The block of a stage that lies as deep as is chosen. */
export function blockAt(depth: number, blocks: number): number {
  return Math.round(depth * (blocks - 1));
}

/** A class by its name, at the same index or wherever it stands; null where the network does not know it. */
export function classIn(target: ClassName, labels: readonly string[]): number | null {
  if (labels[target.index] === target.label) return target.index;
  const at = labels.indexOf(target.label);
  return at < 0 ? null : at;
}

/** What is chosen, in the terms of one network. */
export function choicesIn(
  choices: CompareChoices,
  stages: readonly StageReport[],
  labels: readonly string[],
): ViewChoices {
  return {
    stage: stageIn(choices, stages.length),
    blocks: stages.map(({ depth }) => blockAt(choices.depth, depth)),
    heads: stages.map(({ heads }) => (choices.head === null || heads === 1 ? null : Math.min(choices.head, heads - 1))),
    view: choices.view,
    direction: choices.direction,
    rolloutFrom: choices.rolloutFrom,
    rolloutOn: 'pixels',
    spread: 'uniform',
    target: choices.target && classIn(choices.target, labels),
    contrast: null,
    attributionBlock: 'all',
    projectionOf: 'before',
    projectionShow: 'norm',
    range: choices.oneScale ? 'shared' : 'zero',
    locked: {},
    pins: [],
    activePin: null,
    atlas: false,
    atlasOrder: 'block',
  };
}
