import { extname } from 'node:path';
import type { Point } from '../../models/attention/geometry.ts';
import type { StageGrids } from '../../models/cvt/grids.ts';
import { DIVERGING_MAPS, SEQUENTIAL_MAPS } from '../../models/drawing/color-maps.ts';
import type { FigureMap } from '../../models/drawing/figure-svg.ts';
import { usageError } from './command.ts';

const VIEWS = ['rollout', 'row', 'received', 'attribution'] as const;
export type AttentionView = (typeof VIEWS)[number];

const OUTPUTS = ['.png', '.svg', '.npy'] as const;
export type OutputKind = (typeof OUTPUTS)[number];

/** What a command line asks to see, before a model is there to judge it. Indices from 1, as the user counts. */
export interface AttentionWords {
  readonly view: AttentionView;
  readonly stage: number | null;
  readonly block: number | null;
  readonly head: number | null;
  /** In picture pixels. */
  readonly query: Point | null;
  /** A name, or an index from 0. */
  readonly className: string | null;
  readonly contrast: string | null;
}

/** A stage as its model has it at the input's size. */
export interface StageFacts {
  readonly grids: StageGrids;
  readonly heads: number;
  readonly depth: number;
}

/** The view that exists in this model; indices from 0. Blocks and heads: null for all of them. */
export interface AttentionChoice {
  readonly view: AttentionView;
  /** Null: a rollout's pixels. */
  readonly stage: number | null;
  readonly block: number | null;
  readonly head: number | null;
  readonly query: Point | null;
}

/** @throws ShellError `usage` */
export function parseAttentionWords(values: {
  readonly view?: string | undefined;
  readonly stage?: string | undefined;
  readonly block?: string | undefined;
  readonly head?: string | undefined;
  readonly query?: string | undefined;
  readonly class?: string | undefined;
  readonly contrast?: string | undefined;
}): AttentionWords {
  const view = VIEWS.find((each) => each === values.view);
  if (!view) throw usageError(`--view is one of ${VIEWS.join(', ')}${values.view ? `, not "${values.view}"` : ''}.`);
  const allowed: Readonly<Record<AttentionView, readonly string[]>> = {
    rollout: ['stage', 'query'],
    row: ['stage', 'block', 'head', 'query'],
    received: ['stage', 'block', 'head'],
    attribution: ['block', 'head', 'class', 'contrast'],
  };
  const given = ['stage', 'block', 'head', 'query', 'class', 'contrast'] as const;
  for (const option of given)
    if (values[option] !== undefined && !allowed[view].includes(option))
      throw usageError(`--${option} says nothing to --view ${view}.`);
  return {
    view,
    stage: parseOrdinal('stage', values.stage),
    block: parseOrdinal('block', values.block),
    head: parseOrdinal('head', values.head),
    query: parsePoint(values.query),
    className: values.class ?? null,
    contrast: values.contrast ?? null,
  };
}

/** Holds the words to what the model has. @throws ShellError `usage` */
export function chooseAttention(words: AttentionWords, stages: readonly StageFacts[]): AttentionChoice {
  const { view, query } = words;
  const last = stages.length - 1;
  const stage = words.stage === null ? last : indexOf('stage', words.stage, stages.length, 'This model has');
  const { depth, heads, grids } = stages[stage]!;
  const where = `Stage ${stage + 1} has`;
  const block = words.block === null ? null : indexOf('block', words.block, depth, where);
  const head = words.head === null ? null : indexOf('head', words.head, heads, where);
  if (view === 'row' && query === null && grids.cls === 0)
    throw usageError(`Stage ${stage + 1} has no class token; --query x,y says which token's row is wanted.`);
  switch (view) {
    case 'rollout':
      return { view, stage: words.stage === null ? null : stage, block: null, head: null, query };
    case 'attribution':
      return { view, stage, block, head, query: null };
    default:
      return { view, stage, block: block ?? depth - 1, head, query };
  }
}

/**
 * The index of a class by its name (one of its names, case aside) or index.
 * @param names [classes][names]; empty where none is known
 * @throws ShellError `usage`
 */
export function findClass(word: string, names: readonly (readonly string[])[], count: number): number {
  const wanted = word.trim().toLowerCase();
  const hits = names.flatMap((each, index) => (each.some((name) => name.toLowerCase() === wanted) ? [index] : []));
  if (hits.length > 1)
    throw usageError(`"${word}" is the name of ${hits.length} classes: --class ${hits.join(' or --class ')}.`);
  if (hits[0] !== undefined) return hits[0];
  if (/^\d+$/.test(wanted)) {
    const index = Number(wanted);
    if (index < count) return index;
    throw usageError(`There is no class ${word}; this model's are 0 to ${count - 1}.`);
  }
  const near = names.flatMap((each) => each.filter((name) => name.toLowerCase().includes(wanted))).slice(0, 5);
  const hint = near.length > 0 ? ` Did you mean ${near.map((name) => `"${name}"`).join(', ')}?` : '';
  throw usageError(`No class is called "${word}".${hint}`);
}

/** By the file's name. @throws ShellError `usage` */
export function outputKind(out: string): OutputKind {
  const kind = OUTPUTS.find((each) => each === extname(out).toLowerCase());
  if (!kind) throw usageError(`--out ends in .png or .svg for a figure, or in .npy for the array; ${out} does not.`);
  return kind;
}

/** Pixels of a PNG a figure pixel. @throws ShellError `usage` */
export function parseScale(text: string | undefined): number {
  const scale = Number(text ?? 2);
  if (!Number.isInteger(scale) || scale < 1 || scale > 4) throw usageError(`--scale is 1, 2, 3 or 4, not "${text}".`);
  return scale;
}

/** @throws ShellError `usage` */
export function parseColors(text: string | undefined, signed: boolean): FigureMap['colorMap'] {
  const maps: readonly FigureMap['colorMap'][] = signed ? DIVERGING_MAPS : SEQUENTIAL_MAPS;
  if (text === undefined) return maps[0]!;
  const map = maps.find((each) => each === text);
  if (!map) throw usageError(`--colors is one of ${maps.join(', ')} for this view, not "${text}".`);
  return map;
}

function parseOrdinal(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw usageError(`--${option} is a number from 1, not "${text}".`);
  return Number(text);
}

function indexOf(option: string, ordinal: number, count: number, where: string): number {
  if (ordinal <= count) return ordinal - 1;
  throw usageError(`${where} ${count} ${option}${count === 1 ? '' : 's'}; there is no --${option} ${ordinal}.`);
}

function parsePoint(text: string | undefined): Point | null {
  if (text === undefined) return null;
  const match = /^(\d{1,6}(?:\.\d+)?),(\d{1,6}(?:\.\d+)?)$/.exec(text);
  if (!match) throw usageError(`--query is x,y in pixels of the picture from its top left, not "${text}".`);
  return { x: Number(match[1]), y: Number(match[2]) };
}
