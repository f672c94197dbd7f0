import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** What a terminal or a supervisor sends to end a program. */
const ENDING = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
/** A child that ignores the polite signal this long is killed. */
const PATIENCE_MS = 5_000;

/**
 * @typedef {object} RunOptions
 * @property {string} cwd
 * @property {'stderr' | 'quiet' | 'inherit'} output `stderr`: both streams to our stderr; `quiet`: kept, see RunResult;
 *   `inherit`: ours
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] after which the command is ended
 */

/**
 * @typedef {object} RunResult
 * @property {number} code exit code; 128 + signal number where a signal ended it, as shells have it
 * @property {boolean} timedOut
 * @property {boolean} interrupted whether we were told to end meanwhile
 * @property {string} text what a `quiet` command printed
 */

/**
 * Runs a command to its end. Signals that end us end it and all that it started.
 * @param {string} command
 * @param {readonly string[]} words
 * @param {RunOptions} options
 * @returns {Promise<RunResult>}
 * @throws where the command cannot be started
 */
export function runCommand(command, words, { cwd, output, env = process.env, timeoutMs }) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that the whole tree (npm, its shell, its tools) can be ended at once.
    const grouped = process.platform !== 'win32' && output !== 'inherit';
    const child = spawn(command, [...words], {
      cwd,
      env,
      detached: grouped,
      windowsHide: output !== 'inherit',
      stdio: output === 'inherit' ? 'inherit' : output === 'stderr' ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk) => (text += chunk));

    let interrupted = false;
    let timedOut = false;
    /** @type {NodeJS.Timeout[]} */
    const timers = [];
    const kill = (/** @type {NodeJS.Signals} */ signal) => {
      try {
        if (grouped && child.pid !== undefined) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // It has ended already.
      }
    };
    const end = (/** @type {NodeJS.Signals} */ signal) => {
      kill(signal);
      timers.push(setTimeout(() => kill('SIGKILL'), PATIENCE_MS));
    };
    const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
      interrupted = true;
      end(signal);
    };
    for (const signal of ENDING) process.on(signal, onSignal);
    if (timeoutMs !== undefined)
      timers.push(
        setTimeout(() => {
          timedOut = true;
          end('SIGTERM');
        }, timeoutMs),
      );
    const settle = () => {
      for (const timer of timers) clearTimeout(timer);
      for (const signal of ENDING) process.off(signal, onSignal);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code, signal) => {
      settle();
      resolve({ code: code ?? 128 + constants.signals[signal ?? 'SIGTERM'], timedOut, interrupted, text });
    });
  });
}
