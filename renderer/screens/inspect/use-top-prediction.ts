import type { Analysis } from '../../engine/protocol.ts';
import type { TrayImage } from '../../stores/images.ts';
import { entryOf, useModel } from '../../stores/model.ts';

interface Top {
  readonly label: string;
  readonly probability: number;
}

/** A picture's likeliest class; null until it is done, and for an analysis of another model. */
export function useTopPrediction(image: TrayImage | null): Top | null {
  const entry = entryOf(useModel((store) => store.state));
  if (image?.status.kind !== 'done' || !entry) return null;
  const { analysis } = image.status;
  if (analysis.modelId !== entry.id) return null;
  const index = likeliest(analysis);
  return { label: entry.labels[index] ?? `class ${index}`, probability: analysis.probabilities[index] ?? 0 };
}

function likeliest({ probabilities }: Analysis): number {
  let best = 0;
  for (let index = 1; index < probabilities.length; index += 1)
    if (probabilities[index]! > probabilities[best]!) best = index;
  return best;
}
