import type { IncomingMessage } from 'node:http';
import { logEntrySchema, MAX_LOG_TEXT } from '../../renderer/shell/diagnostics.ts';
import type { Diagnostics } from '../diagnostics/diagnostics.ts';
import type { AssetRequest } from '../protocol/answer.ts';
import { type ApiAnswer, json, readJson } from './api-answers.ts';

/** A text in UTF-8 and JSON's escapes, and the rest of an entry. */
const LIMITS = { bytes: MAX_LOG_TEXT * 6 + 2_048, patience: 10_000 } as const;

/** `GET /api/diagnostics`: what the server knows for whoever looks for a fault. */
export function answerDiagnostics(diagnostics: Diagnostics, request: AssetRequest): ApiAnswer {
  return json(request, 200, diagnostics.read());
}

/** `POST /api/log`: a line for the log. One that comes too often is not written; the page need not know. */
export async function answerLog(
  diagnostics: Diagnostics,
  request: AssetRequest,
  incoming: IncomingMessage,
): Promise<ApiAnswer> {
  const body = await readJson(request, incoming, logEntrySchema, LIMITS);
  if (!body.ok) return body.refusal;
  diagnostics.logFromPage(body.value);
  return json(request, 200, null);
}
