import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sentPath, TakenFiles } from '../../electron/weights/taken-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvt-lens-taken-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sent() {
  const path = sentPath(folder);
  writeFileSync(path, 'weights');
  return { name: 'weights.pth', path, isOurs: true };
}

test.each(['before', 'after'])('a file that is given up %s it has come is removed', async (moment) => {
  const files = new TakenFiles();
  const file = sent();
  const ticket = 'the page’s own';
  if (moment === 'before') {
    await files.forget([ticket]);
    await expect(files.add(file, ticket)).rejects.toMatchObject({ code: 'cancelled' });
  } else {
    expect(await files.add(file, ticket)).toBe(ticket);
    await files.forget([ticket]);
  }
  expect(existsSync(file.path)).toBe(false);
  expect(() => files.take(ticket)).toThrowError(expect.objectContaining({ code: 'import-gone' }));
});

test('a user’s own file is forgotten, not removed', async () => {
  const files = new TakenFiles();
  const file = { ...sent(), isOurs: false };
  await files.forget([await files.add(file)]);
  expect(existsSync(file.path)).toBe(true);
});
