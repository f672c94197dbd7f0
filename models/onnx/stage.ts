import { block } from './block.ts';
import { embed } from './embed.ts';
import type { Value } from './graph-builder.ts';
import type { StageContext } from './graph-context.ts';

/** One stage (paper, figure 2): embedding, then blocks. x [B,C,H,W] → tokens [B, cls + h·w, dim]. */
export function stage(context: StageContext, x: Value): Value {
  const { g } = context;
  return g.scoped(`stage${context.index}`, () => {
    let tokens = g.scoped('embed', () => embed(context, x));
    for (let index = 0; index < context.stage.depth; index++)
      tokens = g.scoped(`block${index}`, () => block(context, tokens, index));
    return tokens;
  });
}
