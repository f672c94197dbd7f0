import type { AttentionMap, ProjectionTokens } from './attention-map.ts';
import { halfMassCells, type MapCell, type MapSummary, region, summariseMap } from './map-summary.ts';

/** What a description may call by name. */
export interface MapNames {
  /** The class that an attribution takes apart, and the one it is held against. */
  readonly target?: string;
  readonly contrast?: string;
}

const PROJECTION_WORDS: Readonly<Record<ProjectionTokens, string>> = {
  before: 'tokens before the convolutional projection',
  q: 'tokens convolved for the queries',
  k: 'tokens convolved for the keys',
  v: 'tokens convolved for the values',
};

/**
 * A map in words, for screen readers and captions: which view, stage, block and head it is of, and where its mass lies.
 * Stages, blocks and heads are counted from 1, cells and pixels as (column, row) from 0, as the readout under the picture
 * has them: "CLS attention. Stage 3, block 10, mean of heads. Strongest in the upper left, cell (3, 2): 8.2 %, 4.1 times
 * uniform. Half of the map lies in 5 of 49 cells. CLS itself gets 12.3 %."
 */
export function describeMap(map: AttentionMap, names: MapNames = {}): string {
  return [`${subject(map, names)}.`, `${place(map)}.`, ...masses(map)].join(' ');
}

/** The view in a few words: "CLS attention", "Attribution to tabby cat against tiger cat". */
function subject(map: AttentionMap, { target, contrast }: MapNames): string {
  switch (map.view) {
    case 'cls':
      return 'CLS attention';
    case 'row':
      return 'What one query attends to';
    case 'column':
      return 'Which queries attend to one key';
    case 'received':
      return 'Attention received';
    case 'rollout':
      return map.token === null ? 'Attention rollout from the answer' : 'Attention rollout from one token';
    case 'attribution': {
      const against = map.classes?.contrast ?? null;
      const name = target ?? (map.classes ? `class ${map.classes.target}` : 'the class');
      return `Attribution to ${name}${against === null ? '' : ` against ${contrast ?? `class ${against}`}`}`;
    }
    case 'projection':
      return `Length of the ${PROJECTION_WORDS[map.projectionOf ?? 'before']}`;
  }
}

function place({ view, stage, block, head, on }: AttentionMap): string {
  if (view === 'rollout') return on === 'pixels' ? 'Down to the pixels' : `Down to the start of stage ${stage + 1}`;
  const parts = [`Stage ${stage + 1}`, block === null ? 'all blocks' : `block ${block + 1}`];
  if (view === 'attribution') parts.push(head === null ? 'sum of heads' : `head ${head + 1}`);
  else if (view !== 'projection') parts.push(head === null ? 'mean of heads' : `head ${head + 1}`);
  return parts.join(', ');
}

function masses(map: AttentionMap): string[] {
  const summary = summariseMap(map);
  const { strongest, weakest } = summary;
  const at = (cell: MapCell) =>
    `${region(cell, map.grid)}, ${map.on === 'pixels' ? 'pixel' : 'cell'} (${cell.col}, ${cell.row})`;
  if (map.unit === 'norm')
    return [
      `Longest in the ${at(strongest)}: ${amount(strongest.value)}.`,
      `Shortest in the ${at(weakest)}: ${amount(weakest.value)}.`,
    ];
  if (map.signed) return signedMasses(map, summary, at);
  const times = summary.strongestTimesUniform;
  const sentences = [
    `Strongest in the ${at(strongest)}: ${percent(strongest.value)}${times === null ? '' : `, ${times.toFixed(1)} times uniform`}.`,
    `Half of the map lies in ${halfMassCells(map)} of ${map.cells.length} ${map.on === 'pixels' ? 'pixels' : 'cells'}.`,
  ];
  if (map.cls !== null) sentences.push(`${clsWords(map)} ${percent(map.cls)}.`);
  return sentences;
}

function signedMasses(map: AttentionMap, summary: MapSummary, at: (cell: MapCell) => string): string[] {
  const { strongest, weakest, positiveSum, negativeSum } = summary;
  const sentences: string[] = [];
  if (strongest.value > 0) sentences.push(`Most for it in the ${at(strongest)}: ${signedAmount(strongest.value)}.`);
  if (weakest.value < 0) sentences.push(`Most against it in the ${at(weakest)}: ${signedAmount(weakest.value)}.`);
  sentences.push(`All cells for it add ${signedAmount(positiveSum)}, all against it ${signedAmount(negativeSum)}.`);
  if (map.cls !== null) sentences.push(`The CLS key adds ${signedAmount(map.cls)}.`);
  return sentences;
}

function clsWords({ view }: AttentionMap): string {
  if (view === 'column') return 'CLS as a query pays';
  return view === 'rollout' ? 'CLS kept' : 'CLS itself gets';
}

/** One digit behind the point, or two significant ones where that would say nothing. */
function percent(value: number): string {
  const hundredths = 100 * value;
  return `${hundredths === 0 || Math.abs(hundredths) >= 0.1 ? hundredths.toFixed(1) : Number(hundredths.toPrecision(2))} %`;
}

function amount(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function signedAmount(value: number): string {
  if (value === 0) return '0';
  return value > 0 ? `+${amount(value)}` : `−${amount(-value)}`;
}
