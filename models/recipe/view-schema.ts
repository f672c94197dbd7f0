import { z } from 'zod';

/** What a recipe remembers of a view, in the words of the app's view store. */

/** Far beyond any network. */
const MAX_INDEX = 1 << 20;
/** As many stages as a spec may have. */
const MAX_STAGES = 8;
const MAX_PINS = 6;

const index = z.int().min(0).max(MAX_INDEX);
/** In picture pixels. */
const point = z.object({ x: z.number(), y: z.number() });

export const scaleUnitSchema = z.enum(['probability', 'share', 'logit', 'norm', '× uniform']);
export const rangeSchema = z
  .object({ min: z.number(), max: z.number() })
  .refine(({ min, max }) => min <= max, 'min is above max');

const pin = z.object({
  id: z.int().min(1).max(MAX_INDEX),
  point,
  color: z
    .int()
    .min(0)
    .max(MAX_PINS - 1),
});

export const recipeViewSchema = z
  .object({
    stage: index,
    /** Per stage. */
    blocks: z.array(index).max(MAX_STAGES),
    /** Per stage; null is the mean over heads. */
    heads: z.array(index.nullable()).max(MAX_STAGES),
    view: z.enum(['cls', 'received', 'query', 'rollout', 'attribution', 'projection']),
    direction: z.enum(['attends', 'attended']),
    rolloutFrom: z.enum(['answer', 'query']),
    rolloutOn: z.enum(['pixels', 'tokens']),
    spread: z.enum(['uniform', 'weighted']),
    /** Class index; null: the likeliest of the picture. */
    target: index.nullable(),
    contrast: index.nullable(),
    attributionBlock: z.enum(['all', 'one']),
    projectionOf: z.enum(['before', 'q', 'k', 'v']),
    projectionShow: z.enum(['norm', 'components']),
    range: z.enum(['zero', 'tight', 'shared', 'locked']),
    locked: z.partialRecord(scaleUnitSchema, rangeSchema),
    pins: z.array(pin).max(MAX_PINS),
    activePin: z.int().min(1).max(MAX_INDEX).nullable(),
    /** The query that was followed where no pin was active. */
    query: point.nullable(),
    atlas: z.boolean(),
    atlasOrder: z.enum(['block', 'entropy', 'distance']),
  })
  .refine(({ pins }) => new Set(pins.map(({ id }) => id)).size === pins.length, {
    path: ['pins'],
    error: 'two pins have the same id',
  });
