import { RECIPE_FORMAT, RECIPE_VERSION, type Recipe } from '../../../../models/recipe/recipe.ts';
import { checkpointIdentity, sha256Of } from '../../../pipeline/sha256.ts';
import { windowCentre } from '../../../pipeline/tiles.ts';
import { preprocessingFor } from '../../../stores/input.ts';
import { useSettings } from '../../../stores/settings.ts';
import { pickChoices, queryPoint, useView } from '../../../stores/view.ts';
import { asksQuery } from '../query-place.ts';
import type { Exported } from './figure-of.ts';

/** What leads back to the view as it is now. @param app the app's version */
export async function recipeOf({ shown, image, entry, analysis, subject }: Exported, app: string): Promise<Recipe> {
  // Everything that may change while checksums are computed is read before the first wait.
  const view = useView.getState();
  const { overlay, input } = useSettings.getState();
  const { window, device, precision } = analysis;
  const { report } = subject;
  const choices = pickChoices(view);
  const { visible, opacity, fadeLow, colorMap, divergingMap, interpolation } = overlay;
  const { unit, factor, min, max, signed } = shown.scale;
  const { provider, adapter, threads, runtime } = device;
  const preprocessing = preprocessingFor(image, entry);
  const [sha256, checkpoint] = await Promise.all([sha256Of(image.file), checkpointIdentity(entry)]);
  return {
    format: RECIPE_FORMAT,
    version: RECIPE_VERSION,
    app,
    picture: {
      name: image.name,
      bytes: image.file.size,
      sha256,
      width: window.pictureWidth,
      height: window.pictureHeight,
    },
    model: {
      id: entry.id,
      title: entry.title,
      checkpoint: { bytes: checkpoint.bytes, sha256: checkpoint.sha256 },
      spec: report!.spec,
      activation: report!.activation,
      classes: report!.numClasses,
    },
    input: {
      choice: input,
      crop: image.crop,
      preprocessing,
    },
    view: {
      ...choices,
      blocks: [...choices.blocks],
      heads: [...choices.heads],
      locked: { ...choices.locked },
      pins: choices.pins.map((pin) => ({ ...pin, point: { ...pin.point } })),
      query: asksQuery(view) ? { ...(queryPoint(view) ?? windowCentre(window)) } : null,
    },
    drawing: { visible, opacity, fadeLow, colorMap, divergingMap, interpolation },
    scale: { unit, factor, min, max, signed },
    engine: { provider, adapter, threads, runtime, precision: precision.ran },
  };
}
