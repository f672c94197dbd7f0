import type { ProjectionTokens } from '../../../../models/attention/attention-map.ts';
import type { ProjectionStudy } from '../../../../models/attention/projection-study.ts';
import { gridSizeShort } from '../../../ui/format.ts';

/** What the block does with its tokens before q, k and v are made of them, with its stride and grids. */
export function projectionText({ method, kernelSize, strideKv, before, after }: ProjectionStudy): string {
  const window = `${kernelSize}×${kernelSize}`;
  const tokens = gridSizeShort(before.grid);
  const shrinks = `stride ${strideKv}, ${tokens} → ${gridSizeShort(after.k.grid)}`;
  switch (method) {
    case 'dw_bn':
      return (
        `Before the linear layers, a depthwise ${window} convolution with batch norm mixes each token with its neighbours, ` +
        `channel by channel. Queries keep every token (${tokens}); keys and values are fewer (${shrinks}).`
      );
    case 'avg':
      return (
        `Keys and values are averages of ${window} tokens (${shrinks}); queries are the tokens themselves (${tokens}). ` +
        'Averaging has no kernels that were learned.'
      );
    case 'linear':
      return `This block has linear layers only: queries, keys and values are made of the tokens themselves (${tokens}), and there are no kernels.`;
  }
}

export const TOKEN_NAMES: Readonly<Record<ProjectionTokens, string>> = { before: 'before', q: 'q', k: 'k', v: 'v' };

export const TOKEN_TIPS: Readonly<Record<ProjectionTokens, string>> = {
  before: 'The LayerNormed tokens, which all three projections read',
  q: 'Convolved for the queries',
  k: 'Convolved for the keys',
  v: 'Convolved for the values',
};

/** `red 41 %, green 22 %, blue 9 %` of the variance. */
export function explainedText(explained: readonly [number, number, number]): string {
  const names = ['red', 'green', 'blue'];
  return explained.map((share, at) => `${names[at]} ${Math.round(share * 100)}\u202f%`).join(', ');
}
