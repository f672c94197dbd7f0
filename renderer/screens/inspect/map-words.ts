import type { AttentionMap, MapView, ProjectionTokens } from '../../../models/attention/attention-map.ts';
import type { ScaleUnit } from '../../../models/drawing/map-scale.ts';
import type { MapNote } from '../../stores/maps.ts';
import type { View } from '../../stores/view.ts';
import { value } from '../../ui/format.ts';

/** The map that a view shows in a stage: what words, units and limits belong to. */
export type MapSubject = MapView;

/** Two sentences a map: what its numbers are, and what they do not say. */
export const EXPLANATIONS: Readonly<Record<MapSubject, string>> = {
  cls:
    'How the class token spreads its attention over the keys of this block: one softmax row, so that all cells and the ' +
    'class token’s own share sum to 1. It shows what was read, not what spoke for the answer.',
  received:
    'How much attention each key gets, averaged over all queries; 1.0 × uniform is what an even spread would give. A key ' +
    'that many tokens read need not matter to the answer.',
  row:
    'Where the token at the query pixel looks: one softmax row over the keys of this block, in probabilities that sum to 1. ' +
    'It shows what is mixed into this token, not what that does to the answer.',
  column:
    'Which tokens look at the key under the query pixel: each cell is the probability with which that token attends to it, ' +
    'so that the cells are parts of different rows and sum to no whole. A key that is read need not matter to the answer.',
  rollout:
    'How much of the class token’s (or a query’s) last state would come from each place if every block only mixed tokens by ' +
    'its mean attention and half kept them; with what class tokens kept, all cells sum to 1. It leaves out values, MLPs and ' +
    'signs, owes part of its fine grid to overlapping windows of the convolutions, and in early stages may drain into a ' +
    'corner cell that means nothing: a path for information, not evidence for the answer.',
  attribution:
    'What each key of the last stage adds to the class’s logit through attention: exact and signed, so that with the parts ' +
    'named below all cells sum to the logit. The final norm’s scale is held fixed, and what earlier stages wrote into a key ' +
    'counts as that key’s.',
  projection:
    'The tokens of this block before and after the depthwise convolution that makes its queries, keys and values: their ' +
    'lengths, or their first three principal components as red, green and blue. Lengths say how strongly a token is ' +
    'represented, not how much it matters; colours of two pictures cannot be compared.',
};

/** In a few words, under the views: the unit, and whether the answer has a say in it. */
export const MAP_FACTS: Readonly<Record<MapSubject, string>> = {
  cls: 'Probability · the same for every class',
  received: '× uniform · the same for every class',
  row: 'Probability · the same for every class',
  column: 'Probability · the same for every class',
  rollout: '× uniform · the same for every class',
  attribution: 'Parts of a logit, signed and exact',
  projection: 'Length of a token · the same for every class',
};

/** The same where colours take the place of numbers. */
export const COMPONENT_FACTS = 'Principal components · the same for every class';

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  cls: 'CLS',
  received: 'Received',
  query: 'Query',
  rollout: 'Rollout',
  attribution: 'Class',
  projection: 'Projection',
};

export const VIEW_TIPS: Readonly<Record<View, string>> = {
  cls: 'What the class token attends to, in stages that have one',
  received: 'How much attention each key gets from all queries',
  query: 'What the token under the pointer attends to, or who attends to it',
  rollout: 'Attention followed through all blocks and stages, down to pixels',
  attribution: 'What each key adds to a class’s logit, for or against',
  projection: 'Tokens before and after the convolutional projection of a block',
};

/** Why a place shows another map, or none. @param stage from 0 */
export function noteText(note: MapNote, stage: number, stageCount: number): string {
  switch (note) {
    case 'received-stands-in':
      return `Stage ${stage + 1} has no CLS token; attention received is shown.`;
    case 'not-the-last-stage':
      return `Only stage ${stageCount} writes to the logits; what stage ${stage + 1} adds reaches them through it.`;
    case 'query-unseen':
      return 'Outside of what the network sees.';
  }
}

export const PROJECTION_NAMES: Readonly<Record<ProjectionTokens, string>> = {
  before: 'tokens before the projection',
  q: 'queries after convolution',
  k: 'keys after convolution',
  v: 'values after convolution',
};

/** What a map is about, in a few words: `CLS attention`. @param labels of the model's classes */
export function mapSubject(map: AttentionMap, labels: readonly string[]): string {
  switch (map.view) {
    case 'cls':
      return 'CLS attention';
    case 'received':
      return 'Attention received';
    case 'row':
      return 'Attention of the query';
    case 'column':
      return 'Attention to the query’s key';
    case 'rollout':
      return map.token === null ? 'Rollout from the answer' : 'Rollout from the query';
    case 'attribution': {
      const { target, contrast } = map.classes ?? { target: 0, contrast: null };
      const name = (index: number) => labels[index] ?? `class ${index}`;
      return contrast === null ? `Logit of ${name(target)}` : `Logit of ${name(target)} minus ${name(contrast)}`;
    }
    case 'projection':
      return `Length of ${PROJECTION_NAMES[map.projectionOf ?? 'before']}`;
  }
}

/** The same with the head: `CLS attention, mean of 4 heads`. */
export function mapTitle(map: AttentionMap, heads: number, labels: readonly string[]): string {
  const subject = mapSubject(map, labels);
  const head = headText(map, heads);
  return head ? `${subject}, ${head}` : subject;
}

/** Null for maps in which heads have no part. */
export function headText(map: AttentionMap, heads: number): string | null {
  if (map.view === 'projection') return null;
  if (map.view === 'rollout') return 'all heads';
  if (map.view === 'attribution' && map.head === null) return heads === 1 ? 'single head' : `all ${heads} heads`;
  return headName(map.head, heads);
}

export function headName(head: number | null, heads: number): string {
  if (heads === 1) return 'single head';
  return head === null ? `mean of ${heads} heads` : `head ${head + 1} of ${heads}`;
}

/** Where a map is from: `Stage 3, block 4`; of a rollout on pixels, the whole network. */
export function mapPlaceText(map: AttentionMap): string {
  if (map.on === 'pixels') return 'All stages, down to pixels';
  return map.block === null ? `Stage ${map.stage + 1}` : `Stage ${map.stage + 1}, block ${map.block + 1}`;
}

export const UNITS_SHORT: Readonly<Record<ScaleUnit, string>> = {
  probability: 'prob.',
  share: 'share',
  logit: 'logit',
  norm: 'length',
  '× uniform': '× unif.',
};

export const UNITS: Readonly<Record<ScaleUnit, string>> = {
  probability: 'probability',
  share: 'share',
  logit: 'logit',
  norm: 'length',
  '× uniform': '× uniform',
};

/** A number on a scale: signed where zero is its middle. */
export function scaleValue(number: number, signed: boolean): string {
  return signedText(value(number), signed && number > 0);
}

/** The same with two digits, for places where two ends stand side by side. */
export function scaleValueShort(number: number): string {
  return signedText(number === 0 ? '0' : number.toPrecision(2), number > 0);
}

function signedText(text: string, plus: boolean): string {
  return `${plus ? '+' : ''}${text.replace('-', '−')}`;
}
