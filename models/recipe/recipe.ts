import { z } from 'zod';
import { activationSchema, officialSpecSchema } from '../cvt/spec.ts';
import { DIVERGING_MAPS, SEQUENTIAL_MAPS } from '../drawing/color-maps.ts';
import { RecipeError, reasonOf } from '../errors.ts';
import { inputChoiceSchema } from '../image/input-size.ts';
import { cropPositionSchema, preprocessingSchema } from '../image/preprocessing-schema.ts';
import { PRECISIONS } from '../precision/precision.ts';
import { rangeSchema, recipeViewSchema, scaleUnitSchema } from './view-schema.ts';

/** By this a recipe is told from other JSON. */
export const RECIPE_FORMAT = 'cvt-lens-recipe';
export const RECIPE_VERSION = 1;
/** A recipe is a few kilobytes; this keeps a wrong file from being read whole. */
export const MAX_RECIPE_BYTES = 1 << 20;

const count = z.int().min(0);
const text = z.string().max(4096);
/** Lower-case hexadecimal. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hexadecimal');

const recipeSchema = z.object({
  format: z.literal(RECIPE_FORMAT),
  version: z.literal(RECIPE_VERSION),
  /** The version of CvT Lens that wrote it. */
  app: text,
  picture: z.object({
    name: text.min(1),
    /** Of the file. */
    bytes: count,
    sha256,
    /** In pixels, orientation applied. */
    width: z.int().min(1),
    height: z.int().min(1),
  }),
  model: z.object({
    /** In the app's library. */
    id: text.min(1),
    title: text,
    /** Null: too large to be read for a checksum that the library does not keep. */
    checkpoint: z.object({ bytes: count, sha256: sha256.nullable() }),
    spec: officialSpecSchema,
    activation: activationSchema,
    classes: z.int().min(1),
  }),
  /** What of the picture became the network's input, as it was chosen and as it was carried out. */
  input: z.object({
    choice: inputChoiceSchema,
    crop: cropPositionSchema.nullable(),
    preprocessing: preprocessingSchema,
  }),
  view: recipeViewSchema,
  drawing: z.object({
    visible: z.boolean(),
    /** 0–1 */
    opacity: z.number().min(0).max(1),
    fadeLow: z.boolean(),
    colorMap: z.enum(SEQUENTIAL_MAPS),
    divergingMap: z.enum(DIVERGING_MAPS),
    interpolation: z.enum(['tiles', 'smooth']),
  }),
  /** Of the map that was shown large; what a colour bar beside it says. */
  scale: rangeSchema.and(z.object({ unit: scaleUnitSchema, factor: z.number().positive(), signed: z.boolean() })),
  engine: z.object({
    provider: z.enum(['webgpu', 'wasm']),
    adapter: text.nullable(),
    threads: z.int().min(1),
    runtime: text,
    /** A recipe of before there was a choice has none. */
    precision: z.enum(PRECISIONS).default('fp32'),
  }),
});

/** All that leads back to a map on the screen: picture, model, input, view, colours, and what the numbers were computed by. */
export type Recipe = z.infer<typeof recipeSchema>;

/** As a file: JSON that people can read and compare. */
export function writeRecipe(recipe: Recipe): string {
  return `${JSON.stringify(recipe, null, 2)}\n`;
}

/**
 * @param name the file's, for messages
 * @throws RecipeError `recipe-unreadable`, `recipe-invalid`, `recipe-newer`
 */
export function parseRecipe(content: string, name: string): Recipe {
  const data = parseJson(content, name);
  const envelope = z.object({ format: z.literal(RECIPE_FORMAT), version: z.int().min(1) }).safeParse(data);
  if (!envelope.success) throw invalid(envelope.error, name);
  if (envelope.data.version > RECIPE_VERSION)
    throw new RecipeError(
      'recipe-newer',
      `${name}: written by a newer CvT Lens (recipe version ${envelope.data.version}; this one reads ${RECIPE_VERSION}). Update the app to open it.`,
    );
  const recipe = recipeSchema.safeParse(data);
  if (!recipe.success) throw invalid(recipe.error, name);
  return recipe.data;
}

function parseJson(content: string, name: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new RecipeError('recipe-unreadable', `${name}: not JSON (${reasonOf(error)}).`, { cause: error });
  }
}

function invalid(error: z.ZodError, name: string): RecipeError {
  const issue = error.issues[0];
  const key = issue?.path.map(String).join('.') || 'the file';
  const reason = (issue?.message ?? 'not a recipe').replace(/\.$/, '');
  return new RecipeError('recipe-invalid', `${name}: ${key}: ${reason}. Save the recipe again where it was made.`, {
    cause: error,
  });
}
