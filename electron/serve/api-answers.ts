import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import { ShellError, toErrorMessage } from '../../models/errors.ts';
import { type Answer, type AnswerBody, type AssetRequest, answerText } from '../protocol/answer.ts';
import { readBody } from './read-body.ts';

/** What the API answers: what pages and files are answered with, or something that goes on for a while. */
export interface ApiAnswer extends Omit<Answer, 'body'> {
  readonly body: AnswerBody | { readonly kind: 'stream'; readonly stream: Readable };
}

/** Commands and settings are below 10 KiB. */
const MAX_BODY_BYTES = 64 * 1024;

export type JsonBody<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Answer };

/** Reads the JSON object that a request carries. */
export async function readJson<Value>(
  request: AssetRequest,
  incoming: IncomingMessage,
  schema: z.ZodType<Value>,
): Promise<JsonBody<Value>> {
  const no = (status: number, message: string, headers?: Record<string, string>): JsonBody<Value> => ({
    ok: false,
    refusal: refuse(request, status, message, headers),
  });
  if (!/^application\/json(;|$)/i.test(incoming.headers['content-type'] ?? ''))
    return no(415, 'The body is sent as application/json.', { Connection: 'close' });
  const body = await readBody(incoming, MAX_BODY_BYTES);
  // What is left of the body is not read, so the connection cannot be used again.
  if (body === null) return no(413, `The body is at most ${MAX_BODY_BYTES} bytes.`, { Connection: 'close' });
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

export function refuse(
  request: AssetRequest,
  status: number,
  message: string,
  headers?: Record<string, string>,
): Answer {
  return json(request, status, toErrorMessage(new ShellError('shell-refused', message)), headers);
}

export function json(request: AssetRequest, status: number, value: unknown, headers?: Record<string, string>): Answer {
  return answerText(request, status, JSON.stringify(value), {
    'Content-Type': 'application/json; charset=utf-8',
    ...headers,
  });
}
