import type { Prediction } from '../../models/predictions.ts';

/** The classes whose name contains every word of `query`, in the order given; a number also finds its class index. */
export function searchClasses(predictions: readonly Prediction[], query: string): readonly Prediction[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return predictions;
  return predictions.filter(
    ({ label, index }) => words.every((word) => label.toLowerCase().includes(word)) || words.join('') === String(index),
  );
}
