import type { Prediction } from '../../../models/predictions.ts';
import type { TrayImage } from '../../stores/images.ts';
import { entryOf, useModel } from '../../stores/model.ts';

/** A picture's likeliest class; null until there is an answer, and for one of another model. */
export function useTopPrediction(image: TrayImage | null): Prediction | null {
  const entry = entryOf(useModel((store) => store.state));
  const result = image?.result;
  return result && result.modelId === entry?.id ? (result.top[0] ?? null) : null;
}
