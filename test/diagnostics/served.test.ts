import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logFolder } from '../../electron/diagnostics/diagnostics.ts';
import { hostDiagnosticsSchema } from '../../renderer/shell/diagnostics.ts';
import { type ServedApp, servedApp } from '../attacks/served-app.ts';

let served: ServedApp;
beforeEach(async () => {
  served = await servedApp();
});
afterEach(() => served.close());

const ENTRY = { level: 'error', where: 'the page', text: '/home/ann/cat.jpg: broken' };

function log(entry: unknown, headers: Record<string, string> = {}) {
  const body = typeof entry === 'string' ? entry : JSON.stringify(entry);
  return served.ask('/api/log', {
    method: 'POST',
    headers: { ...served.own, 'Content-Type': 'application/json', ...headers },
    body,
  });
}

async function read() {
  const { status, body } = await served.ask('/api/diagnostics', { headers: served.own });
  expect(status).toBe(200);
  return hostDiagnosticsSchema.parse(JSON.parse(body));
}

function written(): string[] {
  const folder = logFolder(served.app.home);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'));
}

test('what a page logs stands in the local log without folders, and in the diagnostics', async () => {
  expect((await log(ENTRY)).status).toBe(200);
  const { facts, lines } = await read();
  expect(lines).toMatchObject([{ level: 'error', where: 'the page', text: 'cat.jpg: broken' }]);
  expect(lines[0]?.process).toMatch(/^serve \d+$/);
  expect(facts.map(({ name }) => name)).toEqual(expect.arrayContaining(['System', 'Node']));
  expect(written()).toHaveLength(1);
});

test.each<[string, unknown, number]>([
  ['no JSON', '{', 400],
  ['a list', [], 400],
  ['another level', { ...ENTRY, level: 'fatal' }, 400],
  ['no place', { ...ENTRY, where: '' }, 400],
  ['a text that is too long', { ...ENTRY, text: 'x'.repeat(4_001) }, 400],
  ['a body that is too large', { ...ENTRY, text: 'x'.repeat(100_000) }, 413],
])('%s is refused and not written', async (_, entry, status) => {
  expect((await log(entry)).status).toBe(status);
  expect(written()).toEqual([]);
});

test('a page that logs in a loop is thinned out', async () => {
  for (let count = 0; count < 120; count++) expect((await log(ENTRY)).status).toBe(200);
  const lines = written();
  // The burst, what came back of the budget meanwhile, and the word about those left out.
  expect(lines.length).toBeGreaterThanOrEqual(50);
  expect(lines.length).toBeLessThan(110);
});

test('strangers and other sites read and write nothing', async () => {
  expect((await served.ask('/api/diagnostics')).status).toBe(403);
  expect((await log(ENTRY, { Cookie: '' })).status).toBe(403);
  expect((await log(ENTRY, { Origin: 'https://evil.example' })).status).toBe(403);
  expect((await served.ask('/api/diagnostics', { method: 'POST', headers: served.own })).status).toBe(405);
  expect(written()).toEqual([]);
});
