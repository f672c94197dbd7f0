import { parseArgs } from 'node:util';
import { reasonOf, ShellError } from '../../models/errors.ts';

export interface ServeArguments {
  /** Null: whichever of the usual ones is free. */
  readonly port: number | null;
  readonly open: boolean;
  /** Programs of other users of this machine may use it too, if they have the address. */
  readonly anyUser: boolean;
}

export const SERVE_USAGE = `Usage: npm run serve [-- --port N] [--no-open] [--any-user]
  --port N    listen on port N of 127.0.0.1 (0: any free one)
  --no-open   print the address only
  --any-user  let in other users of this machine who have the address (on Linux they are kept out)
`;

/** @throws ShellError `usage` */
export function parseServeArguments(words: readonly string[]): ServeArguments {
  let values: { port?: string | undefined; 'no-open'?: boolean | undefined; 'any-user'?: boolean | undefined };
  try {
    ({ values } = parseArgs({
      args: [...words],
      options: { port: { type: 'string' }, 'no-open': { type: 'boolean' }, 'any-user': { type: 'boolean' } },
      allowPositionals: false,
    }));
  } catch (cause) {
    throw new ShellError('usage', `${reasonOf(cause)}\n${SERVE_USAGE}`, { cause });
  }
  return {
    port: values.port === undefined ? null : parsePort(values.port),
    open: values['no-open'] !== true,
    anyUser: values['any-user'] === true,
  };
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new ShellError('usage', `--port ${text}: a port is a whole number from 0 to 65535.\n${SERVE_USAGE}`);
}
