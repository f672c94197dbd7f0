import type { InputChoice } from '../../../../models/image/input-size.ts';
import { Button } from '../../../ui/button.tsx';
import { type InputPrediction, sizeWords } from './predict-input.ts';

interface InsteadProps {
  readonly choice: InputChoice;
  readonly predict: (choice: InputChoice) => InputPrediction | null;
  readonly onChoose: (choice: InputChoice) => void;
}

/** The way out of a refusal. */
export function InsteadButton({ choice, predict, onChoose }: InsteadProps) {
  const prediction = predict(choice);
  return prediction && <Button onClick={() => onChoose(choice)}>Use {sizeWords(prediction)}</Button>;
}
