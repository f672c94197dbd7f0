import type { App } from '../../../start.ts';
import { selectedImage, useImages } from '../../../stores/images.ts';
import { useInputMenu } from '../../../stores/input.ts';
import type { Action } from '../../frame/use-actions.ts';

/** Opens the list of input sizes. */
export const INPUT_KEY = '#';

/** What can be done to the input, by key or from the palette. */
export function inputCommands(app: App): readonly Action[] {
  return [
    {
      id: 'input',
      title: 'Input size…',
      group: 'Picture',
      keys: [INPUT_KEY],
      run: () => useInputMenu.getState().show(true),
    },
    {
      id: 'input-own',
      title: 'Input: the checkpoint’s own',
      group: 'Picture',
      keys: [],
      run: () => app.input.choose({ kind: 'own' }),
    },
    {
      id: 'crop-centre',
      title: 'Centre the crop',
      group: 'Picture',
      keys: [],
      run: () => {
        const image = selectedImage(useImages.getState());
        if (image?.crop) app.input.moveCrop(image.id, null);
      },
    },
  ];
}
