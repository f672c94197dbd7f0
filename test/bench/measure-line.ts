import { z } from 'zod';
import { FULL_ROUNDS, SHORT_ROUNDS } from './line.ts';
import { LINES } from './lines.ts';

/**
 * The process that measures one line under one of its settings. It is given the three words below and answers its parent with
 * the findings.
 */
const [name, setting, mode] = z.tuple([z.string(), z.string(), z.enum(['full', 'short'])]).parse(process.argv.slice(2));
const load = LINES[name];
if (!load) throw new Error(`There is no line ${name}.`);
const line = await load();
const isShort = mode === 'short';
const findings = await line.measure({
  setting,
  isShort,
  rounds: isShort ? SHORT_ROUNDS : FULL_ROUNDS,
  say: (text) => process.stderr.write(`  ${text}\n`),
});
// The runtime's threads would keep the process alive.
process.send?.(findings, () => process.exit(0));
