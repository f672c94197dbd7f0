import { z } from 'zod';
import { DIVERGING_MAPS, SEQUENTIAL_MAPS } from '../../models/drawing/color-maps.ts';
import { inputChoiceSchema, OWN_INPUT } from '../../models/image/input-size.ts';
import { PRECISIONS } from '../../models/precision/precision.ts';

/** More than stand side by side on a wide screen. */
export const MOST_COLUMNS = 6;

/** What the app remembers between starts. Every key has a default, so that an older or damaged file still reads. */
export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  device: z.enum(['auto', 'webgpu', 'wasm']).catch('auto'),
  /** What networks run in, by what they run on. */
  precision: z
    .object({ wasm: z.enum(['fp32', 'int8']).catch('fp32'), webgpu: z.enum(['fp32', 'fp16']).catch('fp32') })
    .catch({ wasm: 'fp32', webgpu: 'fp32' }),
  modelId: z.string().max(200).catch('cvt-demo'),
  /** The size that pictures are shown to the network at. */
  input: inputChoiceSchema.catch(OWN_INPUT),
  overlay: z
    .object({
      visible: z.boolean().catch(true),
      /** 0–1 */
      opacity: z.number().min(0).max(1).catch(0.7),
      colorMap: z.enum(SEQUENTIAL_MAPS).catch('inferno'),
      /** Opacity follows value, so that low cells let the picture through. */
      fadeLow: z.boolean().catch(true),
      /** For signed maps. */
      divergingMap: z.enum(DIVERGING_MAPS).catch('blue-red'),
      interpolation: z.enum(['tiles', 'smooth']).catch('tiles'),
      /** A locked range is not remembered: its numbers belong to what was looked at. */
      range: z.enum(['zero', 'tight', 'shared']).catch('zero'),
    })
    .catch({
      visible: true,
      opacity: 0.7,
      colorMap: 'inferno',
      fadeLow: true,
      divergingMap: 'blue-red',
      interpolation: 'tiles',
      range: 'zero',
    }),
  /** How figures are saved. */
  figure: z
    .object({
      /** Pixels of a PNG a figure pixel. */
      scale: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).catch(2),
      picture: z.boolean().catch(true),
      /** Colour bar and caption. */
      caption: z.boolean().catch(true),
    })
    .catch({ scale: 2, picture: true, caption: true }),
  /** What is compared, from left to right. */
  compare: z
    .object({
      columns: z
        .array(
          z.object({
            modelId: z.string().min(1).max(200),
            input: inputChoiceSchema,
            /** `wasm`: on the CPU whatever the engine's device is. */
            provider: z.literal('wasm').nullable(),
            precision: z.enum(PRECISIONS).default('fp32'),
          }),
        )
        .max(MOST_COLUMNS),
      /** Index of the column that the others are held against. */
      reference: z.int().nonnegative(),
    })
    .catch({ columns: [], reference: 0 }),
});

export type Settings = z.infer<typeof settingsSchema>;
/** Some of them; the others stay as they are on disk, where another window may have changed them. */
export type SettingsChange = Partial<Settings>;

/** The settings of a first start; also what unreadable data becomes. */
export function parseSettings(data: unknown): Settings {
  return settingsSchema.parse(typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {});
}

/** What of `data` is named by a settings key, each as {@link parseSettings} would have it. */
export function parseSettingsChange(data: unknown): SettingsChange {
  const named = typeof data === 'object' && data !== null ? data : {};
  // `partial()` would fill in the default of every key that is not there.
  return Object.fromEntries(Object.entries(parseSettings(named)).filter(([key]) => Object.hasOwn(named, key)));
}
