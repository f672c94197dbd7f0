import { expect, test } from 'vitest';
import { z } from 'zod';
import lock from '../../package-lock.json' with { type: 'json' };

const packages = z
  .record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).default({}) }))
  .parse(lock.packages);

// Where a registry mirror lacks another platform's binaries, `npm install` drops them from the lock, and then `npm ci` refuses
// the lock on every machine: a fresh clone could not be installed.
test('package-lock.json names the binaries of every platform', () => {
  const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(folder, name)),
  );
  expect(missing).toEqual([]);
});

/** Whether a package in `folder` finds `name` there or in a folder above, as Node looks for it. */
function isLocked(folder: string, name: string): boolean {
  const own = folder === '' ? '' : `${folder}/`;
  if (`${own}node_modules/${name}` in packages) return true;
  const up = folder.lastIndexOf('/node_modules/');
  return folder !== '' && isLocked(up === -1 ? '' : folder.slice(0, up), name);
}
