import { randomBytes } from 'node:crypto';
import { type AssetRequest, answerAsset, answerText } from './answer.ts';
import { isAppAddress } from './app-origin.ts';
import type { AssetLookup } from './assets.ts';
import { fileStream } from './file-stream.ts';

/** The {@link answerAsset} to a web Request, as a web Response. */
export async function respond(assets: AssetLookup, request: Request): Promise<Response> {
  const asked: AssetRequest = {
    method: request.method,
    path: new URL(request.url).pathname,
    range: request.headers.has('If-Range') ? null : request.headers.get('Range'),
    nonce: randomBytes(16).toString('base64'),
  };
  const { status, headers, body } = isAppAddress(request.url)
    ? await answerAsset(assets, asked)
    : answerText(asked, 404, 'There is nothing at this address.\n');
  if (body.kind === 'file') return new Response(fileStream(body.file, body.start, body.end), { status, headers });
  return new Response(body.kind === 'text' ? body.text : null, { status, headers });
}
