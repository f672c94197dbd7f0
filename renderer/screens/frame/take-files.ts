import { toErrorMessage } from '../../../models/errors.ts';
import { type Collected, collectDropped } from '../../pipeline/collect-files.ts';
import { ADDRESS_ADVICE, pictureInAddress } from '../../pipeline/dragged-address.ts';
import type { App } from '../../start.ts';
import { useImages } from '../../stores/images.ts';
import { useNotices } from '../../stores/notices.ts';
import { useReading } from '../../stores/reading.ts';
import { useRecents } from '../../stores/recents.ts';
import { useScreen } from '../../stores/screen.ts';
import { addCollected, showTray } from '../inspect/add-pictures.ts';

/**
 * Takes a drop or a paste; must be called while its event is being handled. Pictures of folders come into the tray as they are
 * found. Never rejects.
 */
export async function takeDropped(app: App, transfer: DataTransfer): Promise<void> {
  useRecents.getState().note([...transfer.files]);
  const controller = new AbortController();
  const { signal } = controller;
  let streamed = 0;
  const cancel = () => controller.abort();
  try {
    const collected = await collectDropped(transfer, {
      signal,
      onFound: (found) => useReading.setState({ found, cancel }),
      onPictures: (pictures) => {
        if (streamed === 0) {
          useScreen.getState().showPicture();
          showTray();
        }
        useImages.getState().add(pictures, streamed > 0);
        streamed += pictures.length;
      },
    });
    if (signal.aborted) useNotices.getState().show(`Stopped: ${streamed} pictures were found until then.`);
    else await takeCollected(app, collected, streamed);
  } catch (error) {
    tellUnreadable(error);
  } finally {
    useReading.setState({ found: null });
  }
}

/** Takes a drag that brought an address: the picture where the address itself holds it, else what to do instead. */
export function takeAddress(app: App, list: string): void {
  // The format's comments begin with `#`.
  const addresses = list.split(/\r?\n/).filter((line) => line && !line.startsWith('#'));
  const pictures = addresses.map(pictureInAddress).filter((file) => file !== null);
  const images = pictures.map((file) => ({ name: file.name, file }));
  if (images.length === 0) useNotices.getState().show(ADDRESS_ADVICE);
  else void takeCollected(app, { images, modelFiles: [], hasCheckpoint: false, recipes: [], skipped: 0 });
}

/**
 * Brings what was dropped, pasted or chosen to where it belongs: pictures to the tray, a checkpoint and its files to the
 * import, a recipe to where it leads.
 * @param streamed pictures of it that are in the tray already
 */
export async function takeCollected(app: App, collected: Collected, streamed = 0): Promise<void> {
  const { images, modelFiles, hasCheckpoint, recipes, skipped } = collected;
  if (modelFiles.length > 0) takeModelFiles(app, modelFiles, hasCheckpoint);
  if (images.length > 0) useScreen.getState().showPicture();
  if (images.length > 0 || (modelFiles.length === 0 && recipes.length === 0))
    await addCollected({ images, skipped }, streamed);
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
  chooseFiles(
    (files) => {
      useRecents.getState().note(files);
      takeRecipes(app, files);
    },
    '.json',
    false,
  );
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
    useRecents.getState().note(files);
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
