import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Diagnostics, logFolder } from '../../electron/diagnostics/diagnostics.ts';
import { LogBudget } from '../../electron/diagnostics/log-budget.ts';
import { LogFile, MAX_FILE_BYTES, MAX_FILES } from '../../electron/diagnostics/log-file.ts';
import { MAX_LOG_TEXT } from '../../renderer/shell/diagnostics.ts';

let home: string;
let folder: string;
let clock: number;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cvt-lens-log-'));
  folder = logFolder(home);
  clock = Date.UTC(2026, 0, 1);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function logOf(pid: number, kind: 'app' | 'serve' = 'app'): LogFile {
  const now = () => {
    clock += 1_000;
    return new Date(clock);
  };
  return new LogFile({ folder, process: kind, home: '/srv/ann', pid, now });
}

function everyLine(): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'));
}

test('a line says when, who and what, without folders', () => {
  logOf(7).write({ level: 'error', where: 'library', text: '/srv/ann/Pictures/cat.jpg: it is gone.' });
  expect(everyLine().map((line) => JSON.parse(line))).toEqual([
    {
      at: '2026-01-01T00:00:01.000Z',
      process: 'app 7',
      level: 'error',
      where: 'library',
      text: 'cat.jpg: it is gone.',
    },
  ]);
});

test.runIf(process.platform !== 'win32')('only the user may read it', () => {
  logOf(7).write({ level: 'info', where: 'a', text: 'b' });
  expect(statSync(folder).mode & 0o077).toBe(0);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
});

test('a long text is cut, and a line stays a line', () => {
  logOf(7).write({ level: 'error', where: 'a\nb', text: `one\ntwo ${'y '.repeat(MAX_LOG_TEXT)}` });
  const [line, ...others] = everyLine();
  expect(others).toEqual([]);
  expect(JSON.parse(line!).text).toHaveLength(MAX_LOG_TEXT);
});

test('files are limited in size and in number, and the newest stay', () => {
  const log = logOf(7);
  const text = 'word '.repeat(700);
  for (let count = 0; count < 1_000; count++) log.write({ level: 'error', where: `line ${count}`, text });
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  expect(sizes).toHaveLength(MAX_FILES);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_FILE_BYTES);
  expect(log.troubles(3).map(({ where }) => where)).toEqual(['line 997', 'line 998', 'line 999']);
});

test('two processes write beside each other, and each reads of both', () => {
  const [app, serve] = [logOf(7), logOf(8, 'serve')];
  for (let count = 0; count < 3; count++) {
    app.write({ level: 'error', where: `app ${count}`, text: '' });
    serve.write({ level: 'warning', where: `serve ${count}`, text: '' });
  }
  const order = ['app 0', 'serve 0', 'app 1', 'serve 1', 'app 2', 'serve 2'];
  expect(app.troubles(100).map(({ where }) => where)).toEqual(order);
  expect(serve.troubles(100).map(({ where }) => where)).toEqual(order);
});

test('what went well is no trouble, and half a line is left out', () => {
  const log = logOf(7);
  log.write({ level: 'error', where: 'bad', text: '' });
  log.write({ level: 'info', where: 'good', text: '' });
  const [name] = readdirSync(folder);
  writeFileSync(join(folder, name!), '{"at":"2026-', { flag: 'a' });
  expect(log.troubles(10).map(({ where }) => where)).toEqual(['bad']);
});

test('other files in the folder are left alone', () => {
  logOf(7).write({ level: 'info', where: 'a', text: '' });
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  for (let pid = 10; pid < 30; pid++) logOf(pid).write({ level: 'info', where: 'a', text: '' });
  const names = readdirSync(folder);
  expect(names).toContain('notes.txt');
  expect(names).toHaveLength(MAX_FILES + 1);
});

test.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)(
  'a disk that refuses ends nothing but the log',
  () => {
    chmodSync(home, 0o500);
    const log = logOf(7);
    log.write({ level: 'error', where: 'a', text: '' });
    chmodSync(home, 0o700);
    expect(log.troubles(10)).toEqual([]);
  },
);

test('a folder that cannot be made ends nothing but the log', () => {
  writeFileSync(folder, 'in the way');
  const log = logOf(7);
  log.write({ level: 'error', where: 'a', text: '' });
  expect(log.troubles(10)).toEqual([]);
  expect(readFileSync(folder, 'utf8')).toBe('in the way');
});

describe('what a page may log', () => {
  test('a loop of errors is thinned out, and the log says so', () => {
    let now = 0;
    const log = logOf(7);
    const diagnostics = new Diagnostics({ home, process: 'app', log, budget: new LogBudget(() => now) });
    for (let count = 0; count < 1_000; count++)
      diagnostics.logFromPage({ level: 'error', where: 'page', text: `${count}` });
    const first = log.troubles(10_000);
    expect(first).toHaveLength(50);
    now += 60_000;
    diagnostics.logFromPage({ level: 'error', where: 'page', text: 'later' });
    const lines = log.troubles(10_000);
    expect(lines.slice(-2).map(({ text }) => text)).toEqual([
      '950 lines of the page were left out: too many at once.',
      'later',
    ]);
  });
});

describe('diagnostics', () => {
  test('say the machine, the versions and the last troubles', () => {
    const diagnostics = new Diagnostics({
      home,
      process: 'serve',
      log: logOf(7, 'serve'),
      facts: () => [{ name: 'GPU', value: 'off' }],
    });
    diagnostics.log('error', 'server', 'GET /api/shell:', new Error('broken'));
    const { facts, lines } = diagnostics.read();
    expect(facts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['System', 'Processor', 'Memory', 'Node', 'V8', 'GPU']),
    );
    expect(lines).toMatchObject([{ level: 'error', where: 'server', process: 'serve 7' }]);
    expect(lines[0]?.text).toMatch(/Error: broken\n +at /);
    // No line of the stack says where the code lies.
    expect(lines[0]?.text).not.toContain(import.meta.dirname);
  });

  test('hold what stood on the terminal', () => {
    const log = logOf(7);
    const { error, warn } = console;
    console.error = () => {};
    console.warn = () => {};
    const stop = new Diagnostics({ home, process: 'app', log }).listen();
    try {
      console.error('settings.json is damaged', { at: 3 });
      console.warn('slow');
    } finally {
      stop();
      Object.assign(console, { error, warn });
    }
    expect(log.troubles(10).map(({ level, text }) => [level, text])).toEqual([
      ['error', 'settings.json is damaged { at: 3 }'],
      ['warning', 'slow'],
    ]);
  });
});
