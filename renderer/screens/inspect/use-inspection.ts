import { currentSubject, type Subject } from '../../pipeline/subject.ts';
import { selectedImage, useImages } from '../../stores/images.ts';
import { useModel } from '../../stores/model.ts';

/** What is looked at. Its maps come and go with the pointer and are read where they are drawn (stores/maps.ts). */
export type Inspection = Subject;

export function useInspection(): Inspection {
  useImages(selectedImage);
  useModel((store) => store.state);
  return currentSubject();
}
