import { create } from 'zustand';
import type { Recipe } from '../../models/recipe/recipe.ts';

/** How something that a recipe names stands here. */
export type RecipePart =
  /** An image of the tray, or a model of this machine. */
  | { readonly kind: 'found'; readonly id: string }
  /** There is one of that name; `difference` ends a sentence on how it differs. */
  | { readonly kind: 'differs'; readonly id: string; readonly difference: string }
  /** `id`: of a model that is known but not on this machine. */
  | { readonly kind: 'missing'; readonly id: string | null };

export type RecipeState =
  | { readonly kind: 'none' }
  /** The user's turn: something is missing, or not what it was. */
  | {
      readonly kind: 'asking';
      /** The recipe's file. */
      readonly name: string;
      readonly recipe: Recipe;
      readonly picture: RecipePart;
      readonly model: RecipePart;
    }
  /** All is there; the model or the picture may still be on its way. */
  | { readonly kind: 'opening'; readonly name: string; readonly recipe: Recipe };

export const useRecipe = create<{ readonly state: RecipeState }>()(() => ({ state: { kind: 'none' } }));
