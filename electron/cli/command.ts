import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { withoutOrders } from '../../models/bytes/printable.ts';
import { type LensError, reasonOf, ShellError } from '../../models/errors.ts';

/**
 * One `cvt` command: takes the words after its name and resolves with whether all of its input was good. What makes it
 * impossible to go on is thrown.
 */
export type Command = (words: readonly string[], signal: AbortSignal) => Promise<boolean>;

export function usageError(message: string): ShellError {
  return new ShellError('usage', `${message} See "cvt help".`);
}

/** `parseArgs` with our own error. @throws ShellError `usage` */
export function parseWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  words: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(reasonOf(error));
  }
}

/** Paths are the caller's: npm runs scripts in the project's folder and leaves the caller's in INIT_CWD. */
export function callerPath(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** A result for people, on stdout: the names in it give the terminal no orders. */
export function print(text: string): void {
  process.stdout.write(withoutOrders(text));
}

/** What is no result, on stderr. */
export function remark(text: string): void {
  process.stderr.write(withoutOrders(text));
}

/** A problem with one of several inputs: said on stderr, while the others go on. */
export function reportProblem(error: LensError): void {
  remark(`error[${error.code}]: ${error.message}\n`);
}
