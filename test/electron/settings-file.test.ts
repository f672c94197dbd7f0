import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataFolder } from '../../electron/settings/data-folder.ts';
import { SettingsFile } from '../../electron/settings/settings-file.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';

test.each([
  ['linux', {}, '/home/u/.config/cvt-lens'],
  ['linux', { XDG_CONFIG_HOME: '/x' }, '/x/cvt-lens'],
  ['linux', { XDG_CONFIG_HOME: '' }, '/home/u/.config/cvt-lens'],
  ['darwin', {}, '/home/u/Library/Application Support/CvT Lens'],
  ['win32', { APPDATA: '/roaming' }, '/roaming/CvT Lens'],
  ['win32', {}, '/home/u/AppData/Roaming/CvT Lens'],
  ['darwin', { CVT_LENS_HOME: '/tests' }, '/tests'],
] as const)('on %s with %o the data lie in %s', (platform, env, folder) => {
  expect(dataFolder({ platform, env, home: '/home/u' })).toBe(folder);
});

describe('the settings file', () => {
  let folder: string;
  let file: SettingsFile;
  const defaults = parseSettings(null);

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'cvt-lens-settings-')), 'not', 'there', 'yet');
    file = new SettingsFile(folder);
  });
  afterEach(() => rm(join(folder, '..', '..', '..'), { recursive: true }));

  test('of many writes at once the last one stays, whole', async () => {
    const opacities = Array.from({ length: 20 }, (_, index) => index / 20);
    await Promise.all(
      opacities.map((opacity) => file.write({ ...defaults, overlay: { ...defaults.overlay, opacity } })),
    );
    expect((await new SettingsFile(folder).read()).overlay.opacity).toBe(0.95);
    expect(await readdir(folder)).toEqual(['settings.json']);
  });

  test('a read waits for the write before it', async () => {
    const writing = file.write({ ...defaults, theme: 'dark' });
    expect((await file.read()).theme).toBe('dark');
    await writing;
  });

  test.runIf(process.platform !== 'win32')('nobody else may read it', async () => {
    await file.write(defaults);
    expect((await stat(file.path)).mode & 0o077).toBe(0);
  });

  test.each(['', '{"theme":', 'null', '[]', '"dark"', '\0\0\0\0'])(
    'a damaged file (%j) is kept aside',
    async (text) => {
      await mkdir(folder, { recursive: true });
      await writeFile(file.path, text);
      expect(await file.read()).toEqual(defaults);
      await file.write({ ...defaults, theme: 'light' });
      const [aside = '', current] = (await readdir(folder)).sort();
      expect(current).toBe('settings.json');
      expect(await readFile(join(folder, aside), 'utf8')).toBe(text);
    },
  );

  test('a file of another version keeps what still makes sense', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(file.path, '{"theme":"dark","device":"tpu","overlay":{"opacity":7,"fadeLow":false},"later":1}');
    const overlay = { ...defaults.overlay, fadeLow: false };
    expect(await file.read()).toEqual({ ...defaults, theme: 'dark', overlay });
    expect(await readdir(folder)).toEqual(['settings.json']);
  });

  test('a disk that refuses is named, and does not block later writes', async () => {
    await mkdir(join(folder, 'settings.json'), { recursive: true });
    await expect(file.write(defaults)).rejects.toMatchObject({ code: 'settings-unreadable' });
    await expect(file.read()).rejects.toMatchObject({
      code: 'settings-unreadable',
      message: expect.stringContaining(file.path),
    });
    await rm(join(folder, 'settings.json'), { recursive: true });
    await file.write(defaults);
    expect(await readdir(folder)).toEqual(['settings.json']);
  });
});
