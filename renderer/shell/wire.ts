import { z } from 'zod';
import { activationSchema, parseSpec, toOfficialSpec } from '../../models/cvt/spec.ts';
import { reasonOf } from '../../models/errors.ts';
import { preprocessingSchema } from '../../models/image/preprocessing-schema.ts';
import type { GpuStanding, ModelEntry, SampleEntry, ShellVersions } from './shell.ts';

/** What a shell's other side says, checked before the UI believes it. Both shells read it with these. */

/** Only addresses of the app's own origin: a path, and not `//host`. */
const ownPath = z.string().regex(/^\/(?!\/)/, 'not a path of the app');

const spec = z.unknown().transform((data, context) => {
  if (data === null) return null;
  try {
    return toOfficialSpec(parseSpec(data, 'the list of models'));
  } catch (error) {
    context.addIssue({ code: 'custom', message: reasonOf(error) });
    return z.NEVER;
  }
});

const versions = z.object({ app: z.string(), host: z.string() });

const model = z.object({
  id: z.string().min(1),
  title: z.string().min(1),
  note: z.string(),
  weightsUrl: ownPath,
  weightsSize: z.int().min(0),
  spec,
  activation: activationSchema.nullable(),
  preprocessing: preprocessingSchema,
  labels: z.array(z.string()),
});

const sample = z.object({ name: z.string(), url: ownPath, label: z.string() });

export const versionsSchema: z.ZodType<ShellVersions> = versions;
export const modelSchema: z.ZodType<ModelEntry> = model;
export const modelsSchema: z.ZodType<readonly ModelEntry[]> = z.array(model);
export const gpuSchema: z.ZodType<GpuStanding> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open') }),
  z.object({ kind: z.literal('avoided'), restarts: z.boolean() }),
]);
export const samplesSchema: z.ZodType<readonly SampleEntry[]> = z.array(sample);

/** The answer to `GET /api/shell`: all that does not change while the app runs, in one trip. */
export const shellFactsSchema = z.object({ versions, models: modelsSchema, samples: samplesSchema });
export type ShellFacts = z.infer<typeof shellFactsSchema>;
