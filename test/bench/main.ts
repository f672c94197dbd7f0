import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Finding, findingSchema } from './finding.ts';
import { LINES } from './lines.ts';
import { type MeasuredLine, machine, type Report, table } from './report.ts';

/** `npm run bench`: measures all lines, or those that are named, prints a table each and writes everything as JSON. */
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run bench -- [--short] [--only LINE]... [--out FILE]
  --short      a few rounds of each line, all in less than three minutes
  --only LINE  ${Object.keys(LINES).join(', ')}
  --out FILE   where the JSON goes; test/bench/results/<mode>.json otherwise`);
} else {
  await main();
}

async function main(): Promise<void> {
  const unknown = values.only.filter((name) => !Object.hasOwn(LINES, name));
  if (unknown.length > 0)
    throw new Error(`There is no line ${unknown.join(', ')}; there are ${Object.keys(LINES).join(', ')}.`);
  const names = values.only.length > 0 ? values.only : Object.keys(LINES);
  const mode = values.short ? 'short' : 'full';
  const lines: MeasuredLine[] = [];
  for (const name of names) {
    const { title, settings, fullOnly = [] } = await LINES[name]!();
    for (const setting of settings) {
      if (values.short && fullOnly.includes(setting)) continue;
      const measured: MeasuredLine = { line: name, title, setting, ...(await measureApart(name, setting, mode)) };
      console.log(`${table(measured)}\n`);
      lines.push(measured);
    }
  }
  const report: Report = { date: new Date().toISOString(), mode, machine: machine(), lines };
  // The bundle lies in dist/bench; the working tree is where npm starts it.
  const file = values.out ? resolve(values.out) : join(process.cwd(), 'test', 'bench', 'results', `${mode}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  const { cpu, cores, platform, node } = report.machine;
  console.log(`${cpu}, ${cores} cores, ${platform}, Node ${node}. Written to ${file}.`);
  if (lines.some(({ failure }) => failure !== null)) process.exitCode = 1;
}

/** In a process of its own: settings of the runtime, its heap and what the machine has learned of the code start afresh. */
function measureApart(
  name: string,
  setting: string,
  mode: Report['mode'],
): Promise<Pick<MeasuredLine, 'findings' | 'failure'>> {
  return new Promise((resolve) => {
    let findings: Finding[] | null = null;
    let failure: string | null = null;
    const child = fork(join(import.meta.dirname, 'measure-line.js'), [name, setting, mode], {
      execArgv: ['--enable-source-maps', '--expose-gc'],
    });
    child.on('message', (message) => {
      const parsed = z.array(findingSchema).safeParse(message);
      if (parsed.success) findings = parsed.data;
      else failure = z.prettifyError(parsed.error);
    });
    child.once('error', (error) => {
      failure = error.message;
    });
    child.once('close', (code, signal) => {
      if (findings === null) failure ??= `its process ended with ${signal ?? `exit code ${code}`}`;
      resolve({ findings: findings ?? [], failure });
    });
  });
}
