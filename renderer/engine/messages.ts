import { z } from 'zod';
import { activationSchema } from '../../models/cvt/spec.ts';
import { errorMessageSchema } from '../../models/error-message-schema.ts';
import { preprocessingSchema } from '../../models/image/preprocessing-schema.ts';
import { type EngineRequest, type FromEngine, MAX_NAME_LENGTH, type ToEngine } from './protocol.ts';
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
});

const row = z.object({ runId: name, stage: id, block: id, head: id.nullable(), query: id });

const request = z.discriminatedUnion('call', [
  z.object({ type: z.literal('request'), id, call: z.literal('prepare'), argument: model }),
  z.object({
    type: z.literal('request'),
    id,
    call: z.literal('analyze'),
    argument: z.object({ model, picture: z.object({ name, bytes: blob }) }),
  }),
  z.object({ type: z.literal('request'), id, call: z.literal('row'), argument: row }),
  z.object({
    type: z.literal('request'),
    id,
    call: z.literal('configure'),
    argument: z.object({ preference, threads }),
  }),
]);

const device = z.object({
  preference,
  provider: z.enum(['webgpu', 'wasm']),
  adapter: z.string().nullable(),
  threads: z.int().min(1),
  fallbackReason: z.string().nullable(),
  runtime: z.string(),
});

const progress = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('queued'), ahead: id }),
  z.object({ phase: z.literal('reading'), bytes: z.number(), total: z.number().nullable() }),
  z.object({ phase: z.literal('restarting'), reason: z.string() }),
  z.object({ phase: z.literal('studying'), done: id, total: id }),
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
  const envelope = z.object({ type: z.enum(['request', 'cancel']), id }).safeParse(data);
  if (!envelope.success) return z.object({ type: z.literal('close') }).safeParse(data).data ?? null;
  if (envelope.data.type === 'cancel') return { type: 'cancel', id: envelope.data.id };
  const parsed = request.safeParse(data);
  // The spec inside stays unread here (see `model`), which is all in which the two types differ.
  if (parsed.success) return parsed.data as EngineRequest;
  const issue = parsed.error.issues[0];
  const why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a request'}`;
  return { type: 'refused', id: envelope.data.id, why };
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
