import { CancelledError, LensError } from '../models/errors.ts';
import { attention } from './cli/attention.ts';
import { classify } from './cli/classify.ts';
import { type Command, usageError } from './cli/command.ts';
import { evaluate } from './cli/evaluate.ts';
import { exportModel } from './cli/export.ts';
import { models } from './cli/models.ts';
import { pull } from './cli/pull.ts';
import { remove } from './cli/remove.ts';
import { USAGE } from './cli/usage.ts';

/** `cvt`: results on stdout, everything else on stderr. */
const COMMANDS: Readonly<Record<string, Command>> = {
  attention,
  classify,
  evaluate,
  export: exportModel,
  models,
  pull,
  remove,
};

const EXIT = { done: 0, unexpected: 1, badInput: 2, interrupted: 130 } as const;

async function main(words: readonly string[], signal: AbortSignal): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === 'help' || words.includes('--help') || words.includes('-h')) {
    process.stdout.write(USAGE);
    return EXIT.done;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw usageError(`There is no command "${name}".`);
    const allWell = await command(rest, signal);
    return allWell ? EXIT.done : EXIT.badInput;
  } catch (error) {
    if (error instanceof CancelledError) return EXIT.interrupted;
    const expected = error instanceof LensError;
    const text = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`error[${expected ? error.code : 'unexpected'}]: ${text}\n`);
    return expected ? EXIT.badInput : EXIT.unexpected;
  }
}

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
process.exitCode = await main(process.argv.slice(2), interrupt.signal);
