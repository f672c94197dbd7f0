import type { ImportState } from '../../stores/imports.ts';

/** MIME types that systems give specs, configs and labels. */
const COMPANION_TYPE = /^text\/|^application\/(json|(x-)?yaml)$/;
/** That of a recipe, which may as well be a spec, config or labels. */
const JSON_TYPE = 'application/json';

/** What letting go will do on the Evaluate screen, where a folder is a set of pictures and a text file its labels. */
export function evaluatePromise(types: readonly string[]): string {
  return types.length > 0 && types.every((type) => COMPANION_TYPE.test(type))
    ? 'Read as labels or as class names'
    : 'Evaluate on this folder, or import the model';
}

/**
 * What letting go will do. While dragging, a page learns the number of items and their MIME types, not their names; a
 * folder has no type, nor has a file of a kind that the system does not know, as most checkpoints.
 */
export function dropPromise(types: readonly string[], importing: ImportState['kind']): string {
  const pictures = types.filter((type) => type.startsWith('image/')).length;
  const companions = types.filter((type) => COMPANION_TYPE.test(type)).length;
  const others = types.length - pictures - companions;
  const adding = pictures === 1 ? 'Add the picture to the tray' : `Add ${pictures} pictures to the tray`;
  if (types.length === 0) return 'Add pictures, or import a model';
  if (pictures === types.length) return adding;
  if (importing === 'importing') return 'A model is being imported; it comes first';
  const onlyJson = others === 0 && types.every((type) => type === JSON_TYPE || type.startsWith('image/'));
  if (pictures > 0)
    return others > 0 ? `${adding}, import the model` : onlyJson ? `${adding}, open the recipe` : adding;
  if (others === 0) {
    if (importing === 'proposed' || importing === 'refused') return 'Add to this import';
    return onlyJson ? 'Open the recipe' : 'A spec, config or labels: drop them with their checkpoint';
  }
  if (companions > 0) return 'Import the model with its spec, config or labels';
  return others === 1 ? 'Import the model, or add the folder’s pictures' : `Import a model from ${others} items`;
}
