import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { ROOT } from '../../electron/bootstrap/root.mjs';

let home: string;
let running: ChildProcess | null = null;

beforeAll(async () => {
  await alone(ensureBuilt);
  home = mkdtempSync(join(tmpdir(), 'cvt-lens-start-'));
});
afterEach(() => {
  running?.kill('SIGKILL');
  running = null;
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly address: string;
  readonly stderr: () => string;
}

/** Starts a bootstrap script on a machine without a display and waits for its address. */
async function start(script: string, ...words: string[]): Promise<Started> {
  const env = { ...process.env, CVT_LENS_HOME: home, DISPLAY: '', WAYLAND_DISPLAY: '' };
  const child = spawn(process.execPath, [join(ROOT, 'electron', 'bootstrap', script), ...words], {
    cwd: tmpdir(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: address, done } = await lines.next();
  if (done) throw new Error(`${script} printed no address:\n${stderr}`);
  return { child, address, stderr: () => stderr };
}

test.runIf(process.platform === 'linux')(
  'npm start without a display says so in one line, serves the app, and ends with Ctrl-C',
  async () => {
    const { child, address, stderr } = await start('start.mjs', '--port', '0', '--no-open');
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    expect(stderr().split('\n')[0]).toMatch(/^No window: there is no display here .*Serving the app/);
    const entry = await fetch(address, { redirect: 'manual' });
    const page = await fetch(new URL('/', address), {
      headers: { Cookie: entry.headers.getSetCookie()[0]!.split(';')[0]! },
    });
    expect(await page.text()).toContain('<title>CvT Lens</title>');
    await expectEnd(child, 'SIGINT');
    await expect(fetch(address)).rejects.toThrow();
  },
);

test.runIf(process.platform === 'linux')(
  'npm start with a picture serves the app all the same, and says where it goes',
  async () => {
    const { address, stderr } = await start('start.mjs', 'photo.jpg', '--port', '0', '--no-open');
    expect(address).toMatch(/^http:/);
    expect(stderr()).toContain('Drop on the page: photo.jpg\n');
  },
);

test.runIf(process.platform !== 'win32').each(['SIGTERM', 'SIGHUP'] as const)(
  'npm run serve ends with %s while a browser is connected',
  async (signal) => {
    const { child, address } = await start('serve.mjs', '--port', '0', '--no-open');
    // Keeps its connection open, as browsers do.
    await fetch(address, { redirect: 'manual' }).then((response) => response.text());
    await expectEnd(child, signal);
  },
);

test.each([['--port', 'http'], ['--port', '65536'], ['--host', '0.0.0.0'], ['extra']])(
  'npm run serve -- %s %s is refused with a usage',
  async (...words) => {
    const child = spawn(process.execPath, [join(ROOT, 'electron', 'bootstrap', 'serve.mjs'), ...words]);
    running = child;
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk;
    });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(stderr).toMatch(/^error\[usage\]: /);
    expect(stderr).toContain('--no-open');
    expect(stdout).toBe('');
  },
);

async function expectEnd(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, 'exit');
  child.kill(signal);
  expect(await exit).toEqual([0, null]);
}
