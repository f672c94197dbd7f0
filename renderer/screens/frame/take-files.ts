import { toErrorMessage } from '../../../models/errors.ts';
import type { Collected } from '../../pipeline/collect-files.ts';
import type { App } from '../../start.ts';
import { useNotices } from '../../stores/notices.ts';
import { useScreen } from '../../stores/screen.ts';
import { addCollected } from '../inspect/add-pictures.ts';

/**
 * Brings what was dropped, pasted or chosen to where it belongs: pictures to the tray, a checkpoint and its files to the
 * import, a recipe to where it leads.
 */
export function takeCollected(app: App, collected: Collected): void {
  const { images, modelFiles, hasCheckpoint, recipes, skipped } = collected;
  if (modelFiles.length > 0) takeModelFiles(app, modelFiles, hasCheckpoint);
  if (images.length > 0) useScreen.getState().showPicture();
  if (images.length > 0 || (modelFiles.length === 0 && recipes.length === 0)) addCollected({ images, skipped });
  // After its picture, which may have come with it.
  takeRecipes(app, recipes);
}

function takeRecipes(app: App, recipes: readonly File[]): void {
  const [recipe, ...others] = recipes;
  if (!recipe) return;
  if (others.length > 0) useNotices.getState().show(`One recipe at a time: ${recipe.name} is opened.`);
  void app.recipes.open(recipe);
}

/** Opens the system's file dialog for a recipe. */
export function chooseRecipe(app: App): void {
  chooseFiles((files) => takeRecipes(app, files), '.json', false);
}

function takeModelFiles(app: App, files: readonly File[], hasCheckpoint: boolean): void {
  const { show } = useNotices.getState();
  if (hasCheckpoint) {
    if (!app.imports.begin(files)) show('A model is being imported. Drop the next one when that is done.');
    return;
  }
  if (app.imports.add(files)) return;
  const names = files.map(({ name }) => name).join(', ');
  show(`${names}: no checkpoint with it. Drop a spec, config or labels together with their checkpoint.`);
}

/** Opens the system's file dialog for a checkpoint and what belongs to it. */
export function chooseModelFiles(app: App): void {
  chooseFiles((files) => {
    if (!app.imports.begin(files)) useNotices.getState().show('A model is being imported. Wait until that is done.');
  });
}

/** Opens the system's file dialog for a spec, config or labels of the checkpoint that is being imported. */
export function chooseCompanions(app: App): void {
  chooseFiles((files) => app.imports.add(files), '.json,.yaml,.yml,.txt');
}

export function chooseFiles(take: (files: readonly File[]) => void, accept = '', multiple = true): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = multiple;
  input.accept = accept;
  input.addEventListener('change', () => input.files?.length && take([...input.files]));
  input.click();
}

/** Reports files that could not be read at all. */
export function tellUnreadable(error: unknown): void {
  useNotices.getState().show(`The dropped files could not be read: ${toErrorMessage(error).message}`);
}
