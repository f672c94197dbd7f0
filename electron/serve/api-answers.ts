import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { ShellError, toErrorMessage } from '../../models/errors.ts';
import { type Answer, type AnswerBody, type AssetRequest, answerText } from '../protocol/answer.ts';
import { type BodyLimits, readBody } from './read-body.ts';

/** What the API answers: what pages and files are answered with, or something that goes on for a while. */
export interface ApiAnswer extends Omit<Answer, 'body'> {
  readonly body: AnswerBody | { readonly kind: 'stream'; readonly stream: Readable };
}

/** Commands and settings are below 10 KiB, and a page sends them in one piece. */
const BODY_LIMITS: BodyLimits = { bytes: 64 * 1024, patience: 30_000 };

export type JsonBody<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Answer };

/** Reads the JSON object that a request carries. */
export async function readJson<Value>(
  request: AssetRequest,
  incoming: IncomingMessage,
  schema: z.ZodType<Value>,
  limits: BodyLimits = BODY_LIMITS,
): Promise<JsonBody<Value>> {
  const no = (status: number, message: string): JsonBody<Value> => ({
    ok: false,
    refusal: refuse(request, status, message),
  });
  if (!/^application\/json(;|$)/i.test(incoming.headers['content-type'] ?? ''))
    return no(415, 'The body is sent as application/json.');
  const body = await readBody(incoming, limits);
  if (body === 'too-large') return no(413, `The body is at most ${limits.bytes} bytes.`);
  if (body === 'too-slow') return no(408, `The body is sent within ${limits.patience / 1000} seconds.`);
  const data = parseObject(body.toString('utf8'));
  if (data === null) return no(400, 'The body is a JSON object.');
  const parsed = schema.safeParse(data);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return no(400, `${issue?.path.join('.') || 'The body'}: ${issue?.message ?? 'is not what is asked for'}.`);
}

function parseObject(text: string): object | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && !Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

export function refuse(request: AssetRequest, status: number, message: string): Answer {
  return json(request, status, toErrorMessage(new ShellError('shell-refused', message)));
}

export function json(request: AssetRequest, status: number, value: unknown): Answer {
  return answerText(request, status, JSON.stringify(value), { 'Content-Type': 'application/json; charset=utf-8' });
}
