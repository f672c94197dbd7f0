import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ShellError } from '../../../models/errors.ts';

/**
 * The built program of a lane. Every build that holds this module puts it beside, under the name of its entry and with the ending of
 * the others (rolldown.config.mjs).
 * @throws ShellError `app-incomplete`
 */
export function laneProgram(): string {
  const program = join(import.meta.dirname, `lane${extname(import.meta.filename)}`);
  if (existsSync(program)) return program;
  throw new ShellError('app-incomplete', `${program} is missing. Build the app again: npm run build.`);
}
