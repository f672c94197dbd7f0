import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../electron/bootstrap/build.mjs';
import { ensureInstalled, npmCommand, Stopped } from '../electron/bootstrap/install.mjs';
import { alone } from '../electron/bootstrap/lock.mjs';
import { ROOT, say } from '../electron/bootstrap/root.mjs';
import { runCommand } from '../electron/bootstrap/run-command.mjs';
import { add, NOTHING, passedOnSecondTry, readReport, summary } from './count-results.mjs';
import { ensureChromium } from './install-chromium.mjs';

/**
 * `npm test`: all that keeps the project green, on a fresh clone too. Arguments go to vitest, to run a part of the tests
 * (`npm test -- test/serve`, `npm test -- --project unit`). The last line says how many passed and failed; the types, the
 * lint rules and the build count as a test each.
 */
const words = process.argv.slice(2);
const steps = [
  { title: 'Types', run: () => script('types') },
  { title: 'Lint', run: () => script('lint') },
  { title: 'Build', run: () => alone(build) },
];

try {
  await alone(ensureInstalled);
  process.env.CVT_LENS_CHROMIUM = await ensureChromium();
  let results = NOTHING;
  for (const step of steps) results = add(results, await runStep(step));
  results = add(results, await runVitest());
  console.log(summary(results));
  process.exitCode = results.failed > 0 ? 1 : 0;
} catch (error) {
  say(error instanceof Stopped ? error.message : String(error instanceof Error ? error.stack : error));
  console.log(summary({ ...NOTHING, failed: 1 }));
  process.exitCode = 1;
}

/**
 * @param {{ readonly title: string, readonly run: () => Promise<void> }} step
 * @returns {Promise<import('./count-results.mjs').Results>}
 */
async function runStep({ title, run }) {
  console.log(`\n${title}`);
  try {
    await run();
    return { ...NOTHING, passed: 1 };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    say(`${title}: ${error.message}`);
    return { ...NOTHING, failed: 1 };
  }
}

/** @param {string} name */
async function script(name) {
  const [command, ...npm] = npmCommand();
  const { code, interrupted } = await runCommand(command, [...npm, '--silent', 'run', name], {
    cwd: ROOT,
    output: 'inherit',
  });
  if (interrupted) process.exit(code);
  if (code !== 0) throw new Stopped(code, `npm run ${name} failed.`);
}

async function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'cvt-lens-test-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code, interrupted } = await runCommand(process.execPath, [vitest, 'run', ...reporters, ...words], {
      cwd: ROOT,
      output: 'inherit',
    });
    if (interrupted) process.exit(code);
    for (const name of passedOnSecondTry(report)) say(`Passed on a second try: ${name}`);
    return readReport(report, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
