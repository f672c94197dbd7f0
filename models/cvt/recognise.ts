import { CheckpointError } from '../errors.ts';
import type { CvtSpec } from './spec.ts';
import { VARIANTS, type VariantName } from './variants.ts';

/** Tensor shapes by official key. */
export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/**
 * The published architecture that these tensors belong to, told by the width and depth of each stage; whether every
 * single shape fits is checked later, where a misfit can be named. Head counts leave no trace in shapes, so anything that
 * is not published needs a spec.
 * @throws CheckpointError `unknown-variant`, or `missing-tensor` where these are no CvT weights at all
 */
export function recogniseVariant(tensors: Shapes, file: string): { name: VariantName; spec: CvtSpec } {
  const widths: number[] = [];
  const depths: number[] = [];
  for (let stage = 0; ; stage++) {
    const proj = tensors.get(`stage${stage}.patch_embed.proj.weight`);
    if (!proj) break;
    widths.push(proj.shape[0] ?? 0);
    depths.push(countBlocks(tensors, stage));
  }
  if (widths.length === 0)
    throw new CheckpointError(
      'missing-tensor',
      `${file}: no stage0.patch_embed.proj.weight in it, so this is no CvT checkpoint. Choose the weights of a CvT.`,
    );
  for (const name of Object.keys(VARIANTS) as VariantName[]) {
    const { stages } = VARIANTS[name];
    const fits =
      stages.length === widths.length &&
      stages.every((stage, index) => stage.embedDim === widths[index] && stage.depth === depths[index]);
    if (fits) return { name, spec: VARIANTS[name] };
  }
  throw new CheckpointError(
    'unknown-variant',
    `${file}: a CvT of ${widths.length} stages, widths ${widths.join('/')} and depths ${depths.join('/')}, is none of ` +
      `${Object.keys(VARIANTS).join(', ')}. Give its spec (the official SPEC keys as JSON or YAML) beside it.`,
  );
}

/** The classes of the head: its weight's first dimension. @throws CheckpointError `missing-tensor`, `wrong-shape` */
export function classCount(tensors: Shapes, file: string): number {
  const head = tensors.get('head.weight');
  if (!head)
    throw new CheckpointError(
      'missing-tensor',
      `${file}: head.weight is missing, so there is nothing to classify with.`,
    );
  const [classes] = head.shape;
  if (head.shape.length !== 2 || classes === undefined || classes < 1)
    throw new CheckpointError(
      'wrong-shape',
      `${file}: head.weight is [${head.shape.join(', ')}], not [classes, width].`,
    );
  return classes;
}

function countBlocks(tensors: Shapes, stage: number): number {
  let depth = 0;
  while (tensors.has(`stage${stage}.blocks.${depth}.norm1.weight`)) depth++;
  return depth;
}
