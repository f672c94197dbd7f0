import { LensError } from '../../models/errors.ts';
import { serve } from './serve-command.ts';

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());

try {
  await serve(process.argv.slice(2), ending.signal);
} catch (error) {
  const known = error instanceof LensError;
  console.error(known ? `error[${error.code}]: ${error.message}` : error);
  process.exitCode = known && error.code === 'usage' ? 2 : 1;
}
