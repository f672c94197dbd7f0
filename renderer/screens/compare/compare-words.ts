import type { InputChoice } from '../../../models/image/input-size.ts';
import type { Preprocessing } from '../../../models/image/preprocessing.ts';
import type { Precision } from '../../../models/precision/precision.ts';
import type { ComparedColumn } from '../../compare/column-results.ts';
import type { StageReport } from '../../engine/protocol.ts';
import type { CompareViewName } from '../../stores/compare-view.ts';
import type { ViewChoices } from '../../stores/view.ts';
import { gridSize, gridSizeShort } from '../../ui/format.ts';
import { shortName } from '../models/words.ts';

/** `224² own`, `96²`, `whole, 384`, `512×384`. @param own the checkpoint's; null where it is not known */
export function inputWords(input: InputChoice, own: Preprocessing | null): string {
  switch (input.kind) {
    case 'own':
      return own ? `${gridSizeShort({ rows: own.height, cols: own.width })} own` : 'own size';
    case 'square':
      return `${input.side}²`;
    case 'whole':
      return `whole, ${input.side}`;
    case 'free':
      return `${input.width}×${input.height}`;
  }
}

/**
 * Where in a network its column's map is from, of how many: networks differ, and a small one may show another stage, block or head
 * than a large one. `stage 3/3 · block 10/10 · head 2/6`
 */
export function columnPlace({ view, stage, blocks, heads }: ViewChoices, stages: readonly StageReport[]): string {
  const report = stages[stage];
  if (!report) return '';
  if (view === 'rollout') return 'all stages, down to pixels';
  const head = heads[stage] ?? null;
  const all = view === 'attribution' ? `all ${report.heads} heads` : `mean of ${report.heads}`;
  const which = report.heads === 1 ? 'one head' : head === null ? all : `head ${head + 1}/${report.heads}`;
  const block = view === 'attribution' ? 'all blocks' : `block ${(blocks[stage] ?? 0) + 1}/${report.depth}`;
  return `stage ${stage + 1}/${stages.length} · ${block} · ${which}`;
}

/** What tells columns of one model apart: `CvT demo · 96×96 · CPU`. */
export function columnName({ state }: ComparedColumn): string {
  const { inputWidth: cols, inputHeight: rows } = state.analysis.window;
  const engine = state.analysis.device.provider === 'wasm' ? 'CPU' : 'GPU';
  const { ran } = state.analysis.precision;
  const how = ran === 'fp32' ? '' : ` · ${PRECISION_NAMES[ran]}`;
  return `${shortName(state.entry)} · ${gridSize({ rows, cols })} · ${engine}${how}`;
}

/** As short as a column is narrow. */
export const PRECISION_NAMES: Readonly<Record<Precision, string>> = { fp32: '32-bit', fp16: '16-bit', int8: '8-bit' };

export const VIEW_MEANS: Readonly<Record<CompareViewName, string>> = {
  cls: 'What the class token attends to, in every network’s own keys',
  received: 'How much attention each key gets from all queries',
  query: 'What the token under one point of the picture attends to, or who attends to it',
  rollout: 'Attention followed through all blocks and stages, down to pixels',
  attribution:
    'What each key adds to a class’s logit: the same class where networks know it, else each one’s own answer',
};

/** A divergence in bits: `0.123`; what would round to nothing is bounded. */
export function bits(value: number): string {
  return value > 0 && value < 0.0005 ? '<\u202f0.001' : value.toFixed(3);
}

/** A correlation: `0.82`, `−0.13`. */
export function correlation(value: number): string {
  return value.toFixed(2).replace('-', '−');
}

/** A shift of a probability in points of a percent: `+12.3`, `−0.4`. */
export function points(shift: number): string {
  return `${shift > 0 ? '+' : shift < 0 ? '−' : ''}${Math.abs(shift * 100).toFixed(1)}`;
}

/** A numeric error: `2.4e-6`, `0`. */
export function errorSize(value: number): string {
  return value === 0 ? '0' : value < 0.001 ? value.toExponential(1).replace('e-', 'e−') : value.toPrecision(2);
}
