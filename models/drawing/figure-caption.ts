import type { AttentionMap } from '../attention/attention-map.ts';
import type { GridSize, StageGrids } from '../cvt/grids.ts';
import { mapValue } from './numbers.ts';

/** What a caption says beside what the map itself knows. */
export interface FigureFacts {
  /** The picture's file name. */
  readonly picture: string;
  /** The model's title. */
  readonly model: string;
  /** Of the network. */
  readonly input: GridSize;
  /** Of the network at that input. */
  readonly stages: readonly { readonly grids: StageGrids; readonly heads: number; readonly depth: number }[];
  readonly classes: {
    readonly name: (index: number) => string;
    /** [classes] */
    readonly logits: Float32Array;
    /** [classes], 0–1 */
    readonly probabilities: Float32Array;
  };
  /** Where tokens are shown as colours and not as a map: the share of the variance in each of the three. */
  readonly explained: readonly [number, number, number] | null;
}

export interface FigureCaption {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Says what a figure shows, so that it can stand alone: view, stage, block, head, class, picture and model. */
export function figureCaption(map: AttentionMap, facts: FigureFacts): FigureCaption {
  const lines = [
    whereOf(map, facts),
    ...classLines(map, facts),
    ...(map.cls === null ? [] : [clsLine(map, map.cls)]),
    sourceLine(facts),
  ];
  return { title: titleOf(map, facts), lines };
}

/** As {@link figureCaption}, of all heads of a stage at once. @param order how they are arranged */
export function atlasCaption(map: AttentionMap, facts: FigureFacts, order: string): FigureCaption {
  const { heads, depth } = facts.stages[map.stage]!;
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return {
    title: `${titleOf(map, facts)}, head by head`,
    lines: [
      `Stage ${map.stage + 1}, ${count(depth, 'block')} of ${count(heads, 'head')}, ${order}; one scale for all`,
      ...classLines(map, facts),
      sourceLine(facts),
    ],
  };
}

function sourceLine({ picture, model, input }: FigureFacts): string {
  return `${picture} · ${model} · input ${input.cols}×${input.rows}`;
}

/** The view in a few words, for figures and file dialogs. */
export function titleOf(map: AttentionMap, facts: Pick<FigureFacts, 'classes' | 'explained'>): string {
  const { name } = facts.classes;
  switch (map.view) {
    case 'cls':
      return 'Attention of the class token';
    case 'received':
      return 'Attention received';
    case 'row':
      return 'Attention of one query';
    case 'column':
      return 'Attention paid to one key';
    case 'rollout':
      return map.token === null ? 'Attention rollout' : 'Attention rollout from one query';
    case 'attribution': {
      const { target, contrast } = map.classes ?? { target: null, contrast: null };
      if (target === null) return 'Contributions to the logit';
      if (contrast === null) return `Contributions to the logit of ${name(target)}`;
      return `Contributions to the logit of ${name(target)} less ${name(contrast)}`;
    }
    case 'projection': {
      const tokens = { before: 'Tokens before the projection', q: 'Queries', k: 'Keys', v: 'Values' };
      const what = tokens[map.projectionOf ?? 'before'];
      const convolved = map.projectionOf && map.projectionOf !== 'before' ? ' after the convolution' : '';
      return `${what}${convolved}, ${facts.explained ? 'principal components' : 'lengths'}`;
    }
  }
}

/** `Stage 3, block 10 of 10, mean of 6 heads; query (4, 7) of 14×14` */
function whereOf(map: AttentionMap, { stages }: FigureFacts): string {
  const stage = stages[map.stage]!;
  const { heads, depth, grids } = stage;
  if (map.view === 'rollout') {
    const from = map.token === null ? 'the last stage' : 'the query’s stage';
    const to = map.on === 'pixels' ? 'the pixels of the input' : `the tokens of stage ${map.stage + 1}`;
    return `Multiplied from ${from} down to ${to}`;
  }
  const parts = [`Stage ${map.stage + 1}`];
  parts.push(map.block === null ? `all ${depth} blocks` : `block ${map.block + 1} of ${depth}`);
  if (map.view !== 'projection') {
    const together = map.view === 'attribution' ? 'sum' : 'mean';
    if (heads > 1) parts.push(map.head === null ? `${together} of ${heads} heads` : `head ${map.head + 1} of ${heads}`);
  }
  const place = parts.join(', ');
  if (map.token === null || map.view === 'cls') return place;
  const [what, grid] = map.view === 'column' ? (['key', grids.keys] as const) : (['query', grids.tokens] as const);
  const cell = map.token - grids.cls;
  if (cell < 0) return `${place}; ${what}: the class token`;
  return `${place}; ${what} (${cell % grid.cols}, ${Math.floor(cell / grid.cols)}) of ${grid.cols}×${grid.rows}`;
}

function classLines(map: AttentionMap, { classes, explained }: FigureFacts): readonly string[] {
  if (explained) {
    const shares = explained.map((share) => `${(share * 100).toFixed(1)} %`);
    return [`Red, green, blue: components 1 to 3, ${shares.join(', ')} of the variance`];
  }
  if (map.view !== 'attribution') return ['Class-agnostic: the same map for every class'];
  const { target, contrast } = map.classes ?? { target: null, contrast: null };
  const say = (index: number) =>
    `${classes.name(index)}: logit ${mapValue(classes.logits[index]!)}, ${(classes.probabilities[index]! * 100).toFixed(1)} %`;
  return [target, contrast].filter((index) => index !== null).map(say);
}

function clsLine({ view, unit }: AttentionMap, value: number): string {
  const number = unit === 'logit' ? mapValue(value) : `${(value * 100).toFixed(1)} %`;
  return view === 'rollout' ? `Kept by class tokens on the way: ${number}` : `The class token’s own: ${number}`;
}
