import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../electron/bootstrap/run-command.mjs';

const cwd = tmpdir();
const node = (script: string, options: { timeoutMs?: number } = {}) =>
  runCommand(process.execPath, ['-e', script], { cwd, output: 'quiet', ...options });

describe('a command', () => {
  test('passes its exit code and its words on', async () => {
    expect(await node('console.log("out"); console.error("err"); process.exitCode = 7')).toMatchObject({
      code: 7,
      timedOut: false,
      interrupted: false,
      text: expect.stringMatching(/out\n|err\n/),
    });
  });

  test.runIf(process.platform !== 'win32')('that a signal ends has the code that shells give it', async () => {
    expect((await node('process.kill(process.pid, "SIGTERM")')).code).toBe(143);
  });

  test('that cannot be started rejects', async () => {
    await expect(runCommand('no-such-command-anywhere', [], { cwd, output: 'quiet' })).rejects.toThrow('ENOENT');
  });

  test('is ended when its time is over', async () => {
    expect(await node('setInterval(() => {}, 1000)', { timeoutMs: 300 })).toMatchObject({ timedOut: true });
  });

  test('leaves no listener behind', async () => {
    const before = process.listenerCount('SIGINT');
    await node('');
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

test.runIf(process.platform !== 'win32')('ending us ends the command and what it started', async () => {
  const module = pathToFileURL(`${import.meta.dirname}/../../electron/bootstrap/run-command.mjs`).href;
  // We → the command → a grandchild that says so and stays.
  const grandchild = 'console.error("grandchild lives"); setInterval(() => {}, 1000)';
  const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" }); setInterval(() => {}, 1000)`;
  const us = `const { runCommand } = await import(${JSON.stringify(module)});
    const { code, interrupted } = await runCommand(process.execPath, ["-e", ${JSON.stringify(child)}], { cwd: ".", output: "stderr" });
    process.exit(interrupted ? code : 1);`;
  const running = spawn(process.execPath, ['--input-type=module', '-e', us], { stdio: ['ignore', 'inherit', 'pipe'] });
  const exited = once(running, 'exit');
  let said = '';
  // The stream ends when the last process that holds it does: without the grandchild's end this waits for ever.
  for await (const chunk of running.stderr.setEncoding('utf8')) {
    said += chunk;
    if (/grandchild lives\n/.test(said)) running.kill('SIGTERM');
  }
  expect(said).toBe('grandchild lives\n');
  expect(await exited).toEqual([143, null]);
});
