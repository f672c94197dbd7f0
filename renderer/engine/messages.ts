import { z } from 'zod';
import { activationSchema } from '../../models/cvt/spec.ts';
import { errorMessageSchema } from '../../models/error-message-schema.ts';
import { preprocessingSchema } from '../../models/image/preprocessing-schema.ts';
import { PRECISIONS } from '../../models/precision/precision.ts';
import {
  type EngineCall,
  type EngineRequest,
  type FromEngine,
  MAX_CLASSIFIED,
  MAX_NAME_LENGTH,
  type ToEngine,
} from './protocol.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

/**
 * What arrives from another thread or window, checked before anything relies on it. Answers are checked for their envelope
 * only: they come from the engine's own code, and their arrays are large.
 */

const id = z.int().nonnegative();
const preference = z.enum(['auto', 'webgpu', 'wasm']);
const threads = z.int().min(1).max(256).nullable();
const blob = z.custom<Blob>((value) => value instanceof Blob, 'not a Blob');
const name = z.string().min(1).max(MAX_NAME_LENGTH);

const model = z.object({
  id: name,
  title: name,
  weights: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('url'), url: z.string().min(1) }),
    z.object({ kind: z.literal('blob'), blob }),
  ]),
  // The spec's own rules are parseSpec's, which names the key that is wrong.
  spec: z.record(z.string(), z.unknown()).nullable(),
  activation: activationSchema.nullable(),
  preprocessing: preprocessingSchema,
  provider: z.literal('wasm').nullable().optional(),
  precision: z.enum(PRECISIONS).optional(),
});

const ofBlock = { runId: name, stage: id, block: id };
const spread = z.enum(['uniform', 'weighted']);
const start = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answer') }),
  z.object({ kind: z.literal('token'), stage: id, token: id }),
]);

/** More than anyone looks at; each class walks through the weights of every block. */
const MOST_CLASSES = 1000;
/** A plan of more runs than this would take days. */
const MOST_STEPS = 1000;
const MOST_ORDERS = 100;

const plan = z.object({
  stage: id,
  on: z.enum(['keys', 'tokens']),
  cells: z.custom<Float32Array>((value) => value instanceof Float32Array, 'not a Float32Array'),
  classIndex: id,
  steps: z.int().min(1).max(MOST_STEPS),
  randomOrders: z.int().min(1).max(MOST_ORDERS),
  seed: z.int(),
});

const picture = z.object({ name, bytes: blob });

/** Whether stages, blocks, heads, tokens and classes are there is the run's to say. */
const ARGUMENTS = {
  prepare: model,
  analyze: z.object({ model, picture }),
  classify: z.object({ model, pictures: z.array(picture).min(1).max(MAX_CLASSIFIED) }),
  row: z.object({ ...ofBlock, head: id.nullable(), query: id }),
  stageRows: z.object({ runId: name, stage: id, query: id }),
  column: z.object({ ...ofBlock, head: id.nullable(), key: id }),
  statistics: z.object({ runId: name, stage: id }),
  rollout: z.object({ runId: name, start, spread }),
  attribution: z.object({ runId: name, classes: z.array(id).min(1).max(MOST_CLASSES) }),
  projection: z.object(ofBlock),
  faithfulness: z.object({ model, picture, plan }),
  configure: z.object({ preference, threads }),
} satisfies Record<EngineCall, z.ZodType>;

const CALLS = Object.keys(ARGUMENTS) as EngineCall[];

// All schemas are made once: making one takes longer than reading a message by it, and a pointer sends many a second.
const request = z.object({ type: z.literal('request'), id, call: z.enum(CALLS), argument: z.unknown() });
const argumentsOf = new Map(CALLS.map((call) => [call, z.object({ argument: ARGUMENTS[call] as z.ZodType })]));
const addressedToEngine = z.object({ type: z.enum(['request', 'cancel']), id });
const closing = z.object({ type: z.literal('close') });

const device = z.object({
  preference,
  provider: z.enum(['webgpu', 'wasm']),
  adapter: z.string().nullable(),
  threads: z.int().min(1),
  fallbackReason: z.string().nullable(),
  runtime: z.string(),
  precisions: z.array(z.enum(PRECISIONS)),
});

const progress = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('queued'), ahead: id }),
  z.object({ phase: z.literal('reading'), bytes: z.number(), total: z.number().nullable() }),
  z.object({ phase: z.literal('restarting'), reason: z.string() }),
  z.object({ phase: z.enum(['studying', 'converting']), done: id, total: id }),
  z.object({
    phase: z.enum(['starting', 'building', 'compiling', 'warming', 'decoding', 'preprocessing', 'running']),
  }),
]);

const state = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('starting') }),
  z.object({ kind: z.literal('ready'), device }),
  z.object({ kind: z.literal('restarting'), reason: z.string() }),
  z.object({ kind: z.literal('failed'), error: errorMessageSchema }),
]);

const answer = z.object({
  type: z.literal('answer'),
  id,
  answer: z.custom<object>((value) => typeof value === 'object' && value !== null),
});
const failure = z.object({ type: z.literal('error'), id, error: errorMessageSchema });

const fromEngine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('state'), state }),
  z.object({ type: z.literal('progress'), id, progress }),
  answer,
  failure,
]);

const fromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), device }),
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('broken'), error: errorMessageSchema }),
  z.object({ type: z.literal('progress'), id, progress, multiplyAdds: z.number().nullable() }),
  answer,
  failure,
]);

const toWorkerStart = z.object({ type: z.literal('start'), preference, threads, avoidWebgpu: z.string().nullable() });

/** What a message to the engine turned out to be. `refused` carries the id where one could be read. */
export type ParsedToEngine = ToEngine | { readonly type: 'refused'; readonly id: number; readonly why: string };

/** Null for something that is no message to the engine at all. */
export function parseToEngine(data: unknown): ParsedToEngine | null {
  const addressed = addressedToEngine.safeParse(data);
  if (!addressed.success) return closing.safeParse(data).data ?? null;
  if (addressed.data.type === 'cancel') return { type: 'cancel', id: addressed.data.id };
  const refused = (error: z.ZodError): ParsedToEngine => {
    const issue = error.issues[0];
    const why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a request'}`;
    return { type: 'refused', id: addressed.data.id, why };
  };
  const parsed = request.safeParse(data);
  if (!parsed.success) return refused(parsed.error);
  const argument = argumentsOf.get(parsed.data.call)!.safeParse(data);
  if (!argument.success) return refused(argument.error);
  // Call and argument were checked to belong together; the spec inside stays unread here (see `model`).
  return { ...parsed.data, argument: argument.data.argument } as EngineRequest;
}

/** Null for anything that is not the engine's. */
export function parseFromEngine(data: unknown): FromEngine | null {
  const parsed = fromEngine.safeParse(data);
  return parsed.success ? (parsed.data as FromEngine) : null;
}

/** Null for anything that is not the Worker's. */
export function parseFromWorker(data: unknown): FromWorker | null {
  const parsed = fromWorker.safeParse(data);
  return parsed.success ? (parsed.data as FromWorker) : null;
}

/** Null for anything that is not the supervisor's. */
export function parseToWorker(data: unknown): ToWorker | null {
  const start = toWorkerStart.safeParse(data);
  if (start.success) return start.data;
  const message = parseToEngine(data);
  if (message?.type === 'cancel') return message;
  return message?.type === 'request' && message.call !== 'configure' ? message : null;
}
