import { readdir, readFile, stat } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { serveApp } from '../../electron/serve/serve-command.ts';
import type { RunningServer } from '../../electron/serve/server.ts';
import { MAX_UPLOAD_BYTES } from '../../electron/serve/upload.ts';
import { CATALOG } from '../../models/catalog.ts';
import {
  fileTicketSchema,
  proposalSchema,
  snapshotSchema,
  type ToldSnapshot,
  type WorkMessage,
  workMessageSchema,
} from '../../renderer/shell/library-wire.ts';
import type { ImportChoices, ImportProposal } from '../../renderer/shell/model-library.ts';
import { modelSchema } from '../../renderer/shell/wire.ts';
import { fixturePath } from '../weights/imports-bench.ts';
import { type StandInApp, standInApp } from './stand-in-app.ts';

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let app: StandInApp;
let server: RunningServer;

beforeEach(async () => {
  app = await standInApp();
  server = await serveApp(app.root, 0, app.home);
});

afterEach(async () => {
  await server.close();
  await app.remove();
});

const origin = () => `http://127.0.0.1:${server.port}`;
const own = () => ({
  Cookie: `cvt_lens_${server.port}=${new URL(server.address).searchParams.get('token')}`,
  Origin: origin(),
});

function open(path: string, method: string, headers: Record<string, string>): ClientRequest {
  return httpRequest({ host: '127.0.0.1', port: server.port, path, method, headers, agent: false });
}

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
  });
}

async function ask(
  path: string,
  method: string,
  body: string | Buffer = '',
  headers: Record<string, string> = {},
): Promise<Reply> {
  const outgoing = open(path, method, headers);
  const answering = answerOf(outgoing);
  outgoing.end(body);
  const incoming = await answering;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) };
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const BYTES_TYPE = { 'Content-Type': 'application/octet-stream' };

const command = (data: unknown) =>
  ask('/api/library/command', 'POST', JSON.stringify(data), { ...own(), ...JSON_TYPE });

async function work(data: unknown): Promise<readonly WorkMessage[]> {
  const reply = await ask('/api/library/work', 'POST', JSON.stringify(data), { ...own(), ...JSON_TYPE });
  expect(reply.status).toBe(200);
  const lines = reply.body.toString().trim().split('\n');
  return lines.map((line) => workMessageSchema.parse(JSON.parse(line)));
}

/** What the work comes to in the end. */
async function outcome(data: unknown): Promise<unknown> {
  const last = (await work(data)).at(-1);
  return last?.kind === 'value' ? last.value : last;
}

async function send(name: string, bytes: Buffer): Promise<string> {
  const path = `/api/library/files?name=${encodeURIComponent(name)}`;
  const reply = await ask(path, 'PUT', bytes, { ...own(), ...BYTES_TYPE, 'Content-Length': String(bytes.length) });
  expect(reply.status).toBe(200);
  return fileTicketSchema.parse(JSON.parse(reply.body.toString())).file;
}

const sendFixture = async (name: string) => send(name, await readFile(fixturePath(name)));

async function inspectTiny(): Promise<ImportProposal> {
  const files = [await sendFixture('official-zip.pth'), await sendFixture('official-spec.json')];
  return proposalSchema.parse(await outcome({ work: 'inspect', files }));
}

const CHOICES: ImportChoices = {
  title: 'Tiny',
  size: { rows: 64, cols: 64 },
  activation: 'quick_gelu',
  labels: 'index',
  place: 'copy',
};

const incoming = () => readdir(join(app.home, 'weights', 'downloads')).catch(() => []);

/** The next snapshot of an open stream of events for which `wanted` holds. */
async function nextSnapshot(
  events: AsyncIterator<Buffer>,
  wanted: (snapshot: ToldSnapshot) => boolean,
): Promise<ToldSnapshot> {
  let text = '';
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error('The events have ended.');
    text += value.toString();
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts.filter((each) => each.startsWith('data: '))) {
      const snapshot = snapshotSchema.parse(JSON.parse(part.slice('data: '.length)));
      if (wanted(snapshot)) return snapshot;
    }
  }
}

describe('who is let in', () => {
  const PATHS = [
    ['/api/library/events', 'GET'],
    ['/api/library/command', 'POST'],
    ['/api/library/work', 'POST'],
    ['/api/library/files?name=a', 'PUT'],
  ] as const;

  test.each(PATHS)('%s is nothing for a stranger', async (path, method) => {
    expect((await ask(path, method, '', { Origin: origin() })).status).toBe(403);
  });

  test.each(PATHS)('%s is nothing for another site', async (path, method) => {
    expect((await ask(path, method, '', { ...own(), Origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(path, method, '', { ...own(), 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await ask(path, method, '', { ...own(), Host: 'evil.example' })).status).toBe(403);
  });

  test.each(PATHS.slice(1))('%s needs an origin', async (path, method) => {
    expect((await ask(path, method, '{}', { Cookie: own().Cookie, ...JSON_TYPE })).status).toBe(403);
  });

  test.each([
    ['/api/library/command', 'GET', 'POST'],
    ['/api/library/work', 'PUT', 'POST'],
    ['/api/library/files?name=a', 'POST', 'PUT'],
    ['/api/library/events', 'POST', 'GET, HEAD'],
  ])('%s does not answer %s', async (path, method, allowed) => {
    const reply = await ask(path, method, '', own());
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe(allowed);
  });
});

describe('what is asked', () => {
  test.each([
    ['no JSON', 'command=remove', JSON_TYPE, 400],
    ['a list', '[]', JSON_TYPE, 400],
    ['an unknown command', '{"command":"format-disk"}', JSON_TYPE, 400],
    ['no id', '{"command":"download"}', JSON_TYPE, 400],
    ['of another type', '{"command":"download","id":"cvt-13-224-1k"}', { 'Content-Type': 'text/plain' }, 415],
    ['too large', `{"command":"download","id":"${'a'.repeat(70_000)}"}`, JSON_TYPE, 413],
  ])('a command that is %s is refused', async (_, body, headers, status) => {
    expect((await ask('/api/library/command', 'POST', body, { ...own(), ...headers })).status).toBe(status);
  });

  test.each([
    [{ command: 'download', id: 'no-such-model' }, 'unknown-model'],
    [{ command: 'remove', id: 'cvt-13-224-1k' }, 'not-installed'],
    [{ command: 'set-mirror', url: 'ftp://mirror' }, 'network-unreachable'],
    [{ command: 'reveal', id: null }, 'shell-refused'],
  ])('%o ends in %s', async (data, code) => {
    const reply = await command(data);
    expect(reply.status).toBe(500);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ code });
  });

  test.each([
    [{ work: 'use', id: 'cvt-13-224-1k' }, 'not-installed'],
    [{ work: 'inspect', files: ['made-up'] }, 'import-gone'],
    [{ work: 'inspect', files: ['/etc/passwd'] }, 'import-gone'],
    [{ work: 'confirm', proposal: 'made-up', choices: CHOICES }, 'import-gone'],
    [{ work: 'move-folder', path: 'not/from/the/root' }, 'unwritable'],
    [{ work: 'move-folder', path: null }, 'unwritable'],
  ])('%o ends in %s', async (data, code) => {
    expect(await outcome(data)).toMatchObject({ kind: 'error', error: { code } });
  });

  test('the model that ships with the app can be used', async () => {
    expect(modelSchema.parse(await outcome({ work: 'use', id: 'cvt-demo' })).weightsUrl).toBe(
      '/models/demo/cvt-demo.safetensors',
    );
  });
});

test('events begin with how things are and tell of every change, until the server ends', async () => {
  const outgoing = open('/api/library/events', 'GET', own());
  const answering = answerOf(outgoing);
  outgoing.end();
  const stream = await answering;
  expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  const events = stream[Symbol.asyncIterator]();
  const first = await nextSnapshot(events, () => true);
  expect(first.entries.map(({ id }) => id)).toEqual(CATALOG.map(({ id }) => id));
  expect(first).toMatchObject({
    problem: null,
    folder: join(app.home, 'weights'),
    totalSize: 0,
    moving: null,
    hub: { mirror: null, tokenKept: 'until-end' },
    abilities: { canReference: false, canReveal: false, picksFolder: false },
  });

  await command({ command: 'set-mirror', url: 'http://127.0.0.1:9/mirror/' });
  await nextSnapshot(events, ({ hub }) => hub.mirror === 'http://127.0.0.1:9/mirror/');
  await command({ command: 'set-token', token: 'hf_secret' });
  const told = await nextSnapshot(events, ({ hub }) => hub.token === 'stored');
  expect(JSON.stringify(told)).not.toContain('hf_secret');

  const ended = expect(nextSnapshot(events, () => false)).rejects.toThrow();
  await server.close();
  await ended;
});

describe('files that are sent', () => {
  test('become an import whose weights are served in ranges under an address that names no path', async () => {
    const proposal = await inspectTiny();
    expect(proposal).toMatchObject({
      files: { checkpoint: 'official-zip.pth', spec: 'official-spec.json' },
      places: ['copy'],
      whyNoReference: 'browser',
    });
    const id = await outcome({ work: 'confirm', proposal: proposal.id, choices: CHOICES });
    expect(id).toBe('imported:tiny');
    expect(await incoming()).toEqual([]);

    const messages = await work({ work: 'use', id });
    const entry = modelSchema.parse((messages.at(-1) as { value?: unknown }).value);
    expect(entry).toMatchObject({ title: 'Tiny', activation: 'quick_gelu', labels: [] });
    expect(entry.weightsUrl).toMatch(/^\/models\/library\/[\w-]{20,}$/);
    const whole = await readFile(fixturePath('official-zip.pth'));
    const part = await ask(entry.weightsUrl, 'GET', '', { ...own(), Range: 'bytes=100-299' });
    expect(part.status).toBe(206);
    expect(part.body).toEqual(whole.subarray(100, 300));
    expect((await ask(entry.weightsUrl, 'GET', '', { Origin: origin() })).status).toBe(403);
    expect((await ask(`${entry.weightsUrl}x`, 'GET', '', own())).status).toBe(404);

    expect((await command({ command: 'remove', id })).status).toBe(200);
    expect(await readdir(join(app.home, 'weights', 'models'))).toEqual([]);
  });

  test('that are no CvT are removed once that is known', async () => {
    const file = await send('page.pth', Buffer.from('<!doctype html><title>404</title>'));
    expect(await incoming()).toHaveLength(1);
    expect(await outcome({ work: 'inspect', files: [file] })).toMatchObject({
      kind: 'error',
      error: { name: 'CheckpointError', message: expect.stringMatching(/^page\.pth: /) },
    });
    expect(await incoming()).toEqual([]);
  });

  test('are removed with their proposal, and their ticket is good once', async () => {
    const file = await sendFixture('official-zip.pth');
    const files = [file, await sendFixture('official-spec.json')];
    const proposal = proposalSchema.parse(await outcome({ work: 'inspect', files }));
    expect(await outcome({ work: 'inspect', files: [file] })).toMatchObject({ error: { code: 'import-gone' } });
    expect(await incoming()).toHaveLength(1);
    expect((await command({ command: 'discard', proposal: proposal.id })).status).toBe(200);
    expect(await incoming()).toEqual([]);
    expect((await command({ command: 'discard', proposal: proposal.id })).status).toBe(200);
  });

  test('are removed when the server ends', async () => {
    await sendFixture('official-zip.pth');
    await inspectTiny();
    expect((await incoming()).length).toBe(2);
    await server.close();
    expect(await incoming()).toEqual([]);
  });

  test('a connection that breaks off leaves nothing', async () => {
    const headers = { ...own(), ...BYTES_TYPE, 'Content-Length': '1000000' };
    const outgoing = open('/api/library/files?name=half.pth', 'PUT', headers);
    outgoing.on('error', () => {});
    outgoing.write(Buffer.alloc(200_000, 1));
    await vi.waitFor(async () => {
      const [name = ''] = await incoming();
      expect((await stat(join(app.home, 'weights', 'downloads', name))).size).toBeGreaterThan(0);
    });
    outgoing.destroy();
    await vi.waitFor(async () => expect(await incoming()).toEqual([]));
  });

  test.each([
    ['without a name', '', BYTES_TYPE, 400],
    ['with a name that is too long', `?name=${'a'.repeat(256)}`, BYTES_TYPE, 400],
    ['of another type', '?name=a.pth', JSON_TYPE, 415],
    ['without a length', '?name=a.pth', { ...BYTES_TYPE, 'Transfer-Encoding': 'chunked' }, 411],
    ['that are too large', '?name=a.pth', { ...BYTES_TYPE, 'Content-Length': String(MAX_UPLOAD_BYTES + 1) }, 413],
  ])('files %s are refused before they are read', async (_, query, headers, status) => {
    const outgoing = open(`/api/library/files${query}`, 'PUT', { ...own(), ...(headers as Record<string, string>) });
    const answering = answerOf(outgoing);
    outgoing.on('error', () => {});
    outgoing.flushHeaders();
    const reply = await answering;
    outgoing.destroy();
    expect(reply.statusCode).toBe(status);
    expect(reply.headers.connection).toBe('close');
    expect(await incoming()).toEqual([]);
  });

  test('a name cannot lead out of the folder', async () => {
    const file = await send('../../../evil.pth', Buffer.from('not a checkpoint'));
    const [name = ''] = await incoming();
    expect(name).toMatch(/^\.sent-[\w-]+$/);
    expect(await outcome({ work: 'inspect', files: [file] })).toMatchObject({
      error: { message: expect.stringContaining('.._.._.._evil.pth') },
    });
  });

  test('a browser page cannot reference or locate a file', async () => {
    const proposal = await inspectTiny();
    const choices = { ...CHOICES, place: 'reference' };
    expect(await outcome({ work: 'confirm', proposal: proposal.id, choices })).toMatchObject({
      error: { code: 'import-refused' },
    });
    const file = await sendFixture('official-zip.pth');
    expect(await outcome({ work: 'locate', id: 'imported:tiny', file })).toMatchObject({
      error: { code: 'shell-refused' },
    });
  });
});
