import { z } from 'zod';
import { activationSchema } from '../../models/cvt/spec.ts';
import { errorMessageSchema } from '../../models/error-message-schema.ts';
import { LARGEST_INPUT_SIDE } from '../../models/image/preprocessing.ts';
import { preprocessingSchema } from '../../models/image/preprocessing-schema.ts';
import type { LibraryEntry, ModelFacts, ModelState } from './library-entry.ts';
import type { ImportChoices, ImportProposal, LibrarySnapshot, WorkProgress } from './model-library.ts';

/**
 * The library's part of what pages and their other side say to each other, the same over HTTP and IPC. Each side checks what
 * comes from the other.
 */

const id = z.string().min(1).max(500);
const ticket = z.string().min(1).max(100);
const count = z.int().min(0);
/** Byte counts whose total is not known. */
const counts = { received: count, total: count.nullable() };

/** Done at once, or begun. */
export const libraryCommandSchema = z.discriminatedUnion('command', [
  z.object({ command: z.enum(['download', 'pause', 'cancel', 'remove']), id }),
  z.object({ command: z.literal('discard'), proposal: ticket }),
  z.object({ command: z.literal('forget-files'), files: z.array(ticket).max(64) }),
  z.object({ command: z.literal('set-mirror'), url: z.string().max(500).nullable() }),
  z.object({ command: z.literal('set-token'), token: z.string().min(1).max(500).nullable() }),
  z.object({ command: z.literal('reveal'), id: id.nullable() }),
]);
export type LibraryCommand = z.infer<typeof libraryCommandSchema>;

const choices: z.ZodType<ImportChoices> = z.object({
  title: z.string().trim().min(1).max(120),
  size: z.object({ rows: z.int().min(1).max(LARGEST_INPUT_SIDE), cols: z.int().min(1).max(LARGEST_INPUT_SIDE) }),
  activation: activationSchema,
  labels: z.enum(['config', 'file', 'imagenet', 'index']),
  place: z.enum(['reference', 'copy']),
});

/** Takes a while, tells of its progress, and can be cancelled. Files are named by what takeFile answered. */
export const libraryWorkSchema = z.discriminatedUnion('work', [
  z.object({ work: z.literal('use'), id }),
  z.object({ work: z.literal('inspect'), files: z.array(ticket).min(1).max(64) }),
  z.object({ work: z.literal('confirm'), proposal: ticket, choices }),
  z.object({ work: z.literal('locate'), id, file: ticket }),
  z.object({ work: z.literal('move-folder'), path: z.string().min(1).max(LARGEST_INPUT_SIDE).nullable() }),
]);
export type LibraryWork = z.infer<typeof libraryWorkSchema>;

export const workProgressSchema: z.ZodType<WorkProgress> = z.object({
  phase: z.enum(['sending', 'checking', 'copying']),
  done: count,
  total: count,
});

/** A line of the answer to a {@link LibraryWork} over HTTP; the last one is a value or an error. */
export const workMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), progress: workProgressSchema }),
  z.object({ kind: z.literal('value'), value: z.unknown() }),
  z.object({ kind: z.literal('error'), error: errorMessageSchema }),
]);
export type WorkMessage = z.infer<typeof workMessageSchema>;

export const fileTicketSchema = z.object({ file: ticket });

const stage = z.object({
  patchSize: z.int(),
  patchStride: z.int(),
  patchPadding: z.int(),
  embedDim: z.int(),
  numHeads: z.int(),
  depth: z.int(),
  mlpRatio: z.number(),
  qkvBias: z.boolean(),
  clsToken: z.boolean(),
  projection: z.enum(['dw_bn', 'avg', 'linear']),
  kernelQkv: z.int(),
  paddingKv: z.int(),
  strideKv: z.int(),
  paddingQ: z.int(),
  strideQ: z.int(),
});

const facts: z.ZodType<ModelFacts> = z.object({
  spec: z.object({ stages: z.array(stage) }),
  variant: z.enum(['cvt-13', 'cvt-21', 'cvt-w24']).nullable(),
  numClasses: z.int().min(1),
  parameters: count,
  multiplyAdds: count,
  preprocessing: preprocessingSchema,
});

const state: z.ZodType<ModelState> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('available'), cached: z.boolean() }),
  z.object({ kind: z.literal('queued'), ...counts }),
  z.object({
    kind: z.literal('downloading'),
    ...counts,
    bytesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    retry: z.object({ reason: errorMessageSchema, at: z.number() }).nullable(),
  }),
  z.object({ kind: z.literal('paused'), ...counts }),
  z.object({ kind: z.literal('verifying'), checked: count, total: count }),
  z.object({
    kind: z.literal('installed'),
    path: z.string(),
    size: count,
    sha256: z.string(),
    checkedAgainst: z.enum(['pinned', 'hub', 'cache', 'nothing']),
    place: z.enum(['library', 'huggingface-cache', 'outside']),
  }),
  z.object({
    kind: z.literal('broken'),
    error: errorMessageSchema,
    mend: z.enum(['download', 'locate', 'import']),
  }),
  z.object({ kind: z.literal('error'), error: errorMessageSchema, ...counts }),
]);

const entry: z.ZodType<LibraryEntry> = z.object({
  id,
  title: z.string(),
  kind: z.enum(['catalog', 'repository', 'imported']),
  size: count.nullable(),
  facts: facts.nullable(),
  state,
});

/** What the other side says of the library; whether it can be reached is for the page to know. */
export type ToldSnapshot = Omit<LibrarySnapshot, 'connection'>;

export const snapshotSchema: z.ZodType<ToldSnapshot> = z.object({
  entries: z.array(entry),
  problem: errorMessageSchema.nullable(),
  folder: z.string(),
  totalSize: count,
  moving: z.object({ done: count, total: count }).nullable(),
  hub: z.object({
    mirror: z.string().nullable(),
    endpoint: z.string().nullable(),
    token: z.enum(['none', 'stored', 'environment']),
    tokenKept: z.enum(['key-store', 'until-end']),
  }),
  abilities: z.object({ canReference: z.boolean(), canReveal: z.boolean(), picksFolder: z.boolean() }),
});

export const proposalSchema: z.ZodType<ImportProposal> = z.object({
  id: ticket,
  files: z.object({
    checkpoint: z.string(),
    spec: z.string().nullable(),
    labels: z.string().nullable(),
    ignored: z.array(z.string()),
  }),
  title: z.string(),
  format: z.enum(['safetensors', 'pytorch', 'paddle', 'keras']),
  naming: z.enum(['official', 'huggingface', 'paddlevit', 'passl', 'keras']),
  size: count,
  sha256: z.string(),
  facts,
  activation: activationSchema,
  labelChoices: z.array(
    z.object({ source: z.enum(['config', 'file', 'imagenet', 'index']), labels: z.array(z.string()) }),
  ),
  needsCopy: z.boolean(),
  places: z.array(z.enum(['reference', 'copy'])),
  whyNoReference: z.enum(['browser', 'decoded']).nullable(),
  alreadyThere: z.string().nullable(),
  notes: z.array(z.string()),
});

/** The id of a model that was imported. */
export const importedIdSchema = id;
