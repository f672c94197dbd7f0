import type { InputChoice } from '../../models/image/input-size.ts';
import type { CropPosition } from '../../models/image/preprocessing.ts';
import { imageById, useImages } from '../stores/images.ts';
import { useSettings } from '../stores/settings.ts';
import type { AnalysisQueue } from './analysis-queue.ts';

export interface InputActions {
  /** Shows every picture to the network at another size; what was computed at the old one goes at once. */
  readonly choose: (choice: InputChoice) => void;
  /** Moves a picture's crop and runs the picture again. @param crop null for the centre */
  readonly moveCrop: (imageId: string, crop: CropPosition | null) => void;
}

export function inputActions(queue: AnalysisQueue): InputActions {
  return {
    choose: (input) => {
      useSettings.getState().update({ input });
      queue.requeueAll();
      const selected = imageById(useImages.getState().selected);
      // The one that is looked at is wanted even if it was stopped before.
      if (selected?.status.kind === 'stopped') queue.requeue(selected.id);
    },
    moveCrop: (imageId, crop) => {
      useImages.getState().change(imageId, { crop });
      queue.requeue(imageId);
    },
  };
}
