import { RecipeError, reasonOf, toErrorMessage } from '../../models/errors.ts';
import { modelDifferences } from '../../models/recipe/differences.ts';
import { MAX_RECIPE_BYTES, parseRecipe, type Recipe } from '../../models/recipe/recipe.ts';
import type { SampleEntry } from '../shell/shell.ts';
import { imageById, useImages } from '../stores/images.ts';
import { useLibrary } from '../stores/library.ts';
import { useMaps } from '../stores/maps.ts';
import { readyModel, useModel } from '../stores/model.ts';
import { useNotices } from '../stores/notices.ts';
import { type RecipePart, useRecipe } from '../stores/recipes.ts';
import { useScreen } from '../stores/screen.ts';
import { useSettings } from '../stores/settings.ts';
import { useView } from '../stores/view.ts';
import { findModel, findPicture } from './find-recipe-parts.ts';
import type { InputActions } from './input-actions.ts';
import { currentSubject } from './subject.ts';

/** Opens recipes. Nothing here rejects: the recipe store asks, notices tell. */
export interface RecipeFlow {
  /** Leads back to what a recipe describes; where something is missing, asks for it and goes on when it has come. */
  readonly open: (file: File) => Promise<void>;
  /** Goes on with a picture or checkpoint that is not quite the recipe's. */
  readonly openAnyway: () => Promise<void>;
  readonly cancel: () => void;
}

interface RecipeHands {
  readonly chooseModel: (id: string) => Promise<void>;
  readonly input: InputActions;
  readonly samples: readonly SampleEntry[];
}

/** Colour bars that agree to this share of their width show the same map. */
const SAME_SCALE = 0.01;

export function recipeFlow(hands: RecipeHands): RecipeFlow {
  // Each recipe that is opened, or given up, makes what comes late for the one before it stale.
  let turn = 0;

  const open = async (file: File) => {
    const mine = ++turn;
    useRecipe.setState({ state: { kind: 'none' } });
    try {
      const recipe = parseRecipe(await readText(file), file.name);
      if (mine === turn) await look(file.name, recipe, mine);
    } catch (error) {
      if (mine === turn) useNotices.getState().show(toErrorMessage(error).message);
    }
  };

  const look = async (name: string, recipe: Recipe, mine: number) => {
    const picture = await findPicture(recipe, hands.samples);
    const model = await findModel(recipe);
    if (mine !== turn) return;
    if (picture.kind === 'found' && model.kind === 'found') await apply(name, recipe, picture, model, mine);
    else useRecipe.setState({ state: { kind: 'asking', name, recipe, picture, model } });
  };

  /** What was missing may have come. */
  const lookAgain = () => {
    const { state } = useRecipe.getState();
    if (state.kind !== 'asking') return;
    void look(state.name, state.recipe, turn).catch((error) =>
      useNotices.getState().show(toErrorMessage(error).message),
    );
  };
  useImages.subscribe(({ images }, before) => {
    if (images.length > before.images.length) lookAgain();
  });
  useLibrary.subscribe(({ snapshot }, before) => {
    const usable = (entries = snapshot?.entries) => entries?.filter(({ state }) => state.kind === 'installed').length;
    if (usable() !== usable(before.snapshot?.entries)) lookAgain();
  });

  const apply = async (name: string, recipe: Recipe, picture: RecipePart, model: RecipePart, mine: number) => {
    if (picture.kind === 'missing' || model.kind === 'missing') return;
    useRecipe.setState({ state: { kind: 'opening', name, recipe } });
    useScreen.getState().show('inspect');
    useSettings.getState().updateOverlay(recipe.drawing);
    if (readyModel()?.entry.id !== model.id) await hands.chooseModel(model.id);
    if (mine !== turn) return;
    const ready = readyModel();
    if (ready?.entry.id !== model.id) return giveUp(`${name}: ${whyNotReady(recipe)}`);

    useImages.getState().select(picture.id);
    const { input } = useSettings.getState();
    if (JSON.stringify(input) !== JSON.stringify(recipe.input.choice)) hands.input.choose(recipe.input.choice);
    const image = imageById(picture.id);
    if (JSON.stringify(image?.crop ?? null) !== JSON.stringify(recipe.input.crop))
      hands.input.moveCrop(picture.id, recipe.input.crop);
    if (image?.status.kind === 'error') return giveUp(`${name}: ${image.status.error.message}`);
    restoreView(recipe);

    const notes = [
      ...(picture.kind === 'differs'
        ? [`${recipe.picture.name} is not the recipe’s picture: ${picture.difference}`]
        : []),
      ...(model.kind === 'differs' ? [`${ready.entry.title} has another checkpoint: ${model.difference}`] : []),
      ...modelDifferences(recipe, ready.report).map((difference) => `${ready.entry.title}: ${difference}`),
    ];
    useRecipe.setState({ state: { kind: 'none' } });
    useNotices.getState().show(notes.length > 0 ? `${name}: ${notes.join('; ')}.` : `${name} is opened.`);
    watchScale(name, recipe, notes.length > 0, () => mine === turn);
  };

  const giveUp = (text: string) => {
    useRecipe.setState({ state: { kind: 'none' } });
    useNotices.getState().show(text);
  };

  return {
    open,
    openAnyway: async () => {
      const { state } = useRecipe.getState();
      if (state.kind === 'asking') await apply(state.name, state.recipe, state.picture, state.model, turn);
    },
    cancel: () => {
      turn += 1;
      useRecipe.setState({ state: { kind: 'none' } });
    },
  };
}

async function readText(file: File): Promise<string> {
  if (file.size > MAX_RECIPE_BYTES)
    throw new RecipeError(
      'recipe-unreadable',
      `${file.name}: ${file.size} bytes are too many for a recipe. Drop the file that CvT Lens saved.`,
    );
  try {
    return await file.text();
  } catch (error) {
    throw new RecipeError('recipe-unreadable', `${file.name}: could not be read (${reasonOf(error)}).`, {
      cause: error,
    });
  }
}

function restoreView({ view }: Recipe): void {
  const { query, ...choices } = view;
  const { restore, pointAt } = useView.getState();
  restore(choices);
  if (!query) return;
  // Followed, and not under the pointer.
  pointAt(query);
  pointAt(null);
}

function whyNotReady({ model }: Recipe): string {
  const { state } = useModel.getState();
  return state.kind === 'error' ? state.error.message : `${model.title} could not be loaded.`;
}

/** Says so when the map that the recipe led to is not the one it came from. */
function watchScale(name: string, recipe: Recipe, isToldAlready: boolean, isCurrent: () => boolean): void {
  const choices = JSON.stringify(useView.getState().view);
  const check = () => {
    const { large } = useMaps.getState();
    const { analysis } = currentSubject();
    if (!isCurrent() || JSON.stringify(useView.getState().view) !== choices) return true;
    if (!analysis || large.shown?.runId !== analysis.runId || (large.work && large.work.state.kind !== 'done'))
      return false;
    const { scale } = large.shown;
    const width = Math.abs(recipe.scale.max - recipe.scale.min);
    const apart = Math.max(Math.abs(scale.min - recipe.scale.min), Math.abs(scale.max - recipe.scale.max));
    if (scale.unit === recipe.scale.unit && apart <= SAME_SCALE * width) return true;
    if (!isToldAlready)
      useNotices
        .getState()
        .show(
          `${name}: the numbers are not the recipe’s. Its colours end at ${recipe.scale.max} ${recipe.scale.unit}, here at ${scale.max} ${scale.unit}.`,
        );
    return true;
  };
  if (check()) return;
  const stop = useMaps.subscribe(() => {
    if (check()) stop();
  });
}
