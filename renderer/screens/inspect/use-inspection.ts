import { currentScene, currentSubject, type Scene, type Subject } from '../../pipeline/subject.ts';
import { selectedImage, useImages } from '../../stores/images.ts';
import { useModel } from '../../stores/model.ts';
import { useSettings } from '../../stores/settings.ts';

/** What is looked at. Its maps come and go with the pointer and are read where they are drawn (stores/maps.ts). */
export type Inspection = Subject;

export type { Scene };

/** The inspection, and what of it stays the same while only its picture's state changes. */
export function useInspection(): { readonly inspection: Inspection; readonly scene: Scene } {
  useImages(selectedImage);
  useModel((store) => store.state);
  useSettings((settings) => settings.input);
  return { inspection: currentSubject(), scene: currentScene() };
}
