import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ROOT } from '../../electron/bootstrap/root.mjs';
import { ENGINE_PORT_MESSAGE, type LensBridge } from '../../renderer/shell/bridge.ts';
import { ElectronShell } from '../../renderer/shell/electron-shell.ts';
import { onEnginePort } from '../../renderer/shell/port-messages.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';
import { modelsSchema, samplesSchema } from '../../renderer/shell/wire.ts';

const MODEL = {
  id: 'a',
  title: 'A',
  note: '',
  weightsUrl: '/models/a.safetensors',
  weightsSize: 1,
  spec: null,
  activation: null,
  preprocessing: { height: 2, width: 2, resize: { mode: 'stretch' }, mean: [0, 0, 0], std: [1, 1, 1] },
  labels: ['x'],
};

describe('what the other side says', () => {
  test('a model as it should be', () => {
    expect(modelsSchema.parse([MODEL])).toEqual([MODEL]);
  });

  test.each([
    ['weights elsewhere', { weightsUrl: 'https://evil.example/w' }],
    ['weights on another host', { weightsUrl: '//evil.example/w' }],
    ['no size', { weightsSize: -1 }],
    ['half a spec', { spec: { NUM_STAGES: 1 } }],
    ['another way to resize', { preprocessing: { ...MODEL.preprocessing, resize: { mode: 'longest' } } }],
    ['two means', { preprocessing: { ...MODEL.preprocessing, mean: [0, 0] } }],
  ])('a model with %s is not believed', (_, change) => {
    expect(() => modelsSchema.parse([{ ...MODEL, ...change }])).toThrow();
  });

  test('a sample elsewhere is not believed', () => {
    expect(samplesSchema.safeParse([{ name: 'a', url: 'https://evil.example/a.png', label: 'a' }]).success).toBe(false);
  });
});

describe('ElectronShell', () => {
  function shellOver(change: Partial<LensBridge>): ElectronShell {
    const unused = () => Promise.reject(new Error('not part of this test'));
    const bridge: LensBridge = {
      versions: unused,
      models: unused,
      samples: unused,
      readSettings: unused,
      writeSettings: unused,
      openExternal: unused,
      gpuStanding: unused,
      retryGpu: unused,
      library: { follow: () => () => {}, command: unused, work: unused, cancel: unused, takeFile: unused },
      desktop: {
        onCommand: () => () => {},
        offer: unused,
        onGiven: () => () => {},
        takeGiven: unused,
        toLibrary: unused,
        recents: unused,
        onRecents: () => () => {},
        openRecent: unused,
        clearRecents: unused,
        noteRecents: unused,
      },
      diagnostics: unused,
      log: unused,
      requestEnginePort: () => {},
      ...change,
    };
    return new ElectronShell(bridge, () => {
      throw new Error('no engine in this test');
    });
  }

  test('gives what the main process answers', async () => {
    const versions = { app: '1', host: 'Electron 45' };
    expect(await shellOver({ versions: async () => ({ ok: true, value: versions }) }).versions()).toEqual(versions);
  });

  test('the GPU is offered again, and only an answer of the right shape is believed', async () => {
    const asked: string[] = [];
    const standing = { kind: 'avoided', restarts: true };
    const shell = shellOver({
      gpuStanding: async () => ({ ok: true, value: asked.length === 0 ? standing : { kind: 'molten' } }),
      retryGpu: async () => ({ ok: true, value: asked.push('retry') }),
    });
    expect(await shell.gpu.standing()).toEqual(standing);
    await shell.gpu.retry();
    expect(asked).toEqual(['retry']);
    await expect(shell.gpu.standing()).rejects.toMatchObject({ code: 'shell-unreachable' });
  });

  test('raises what the main process raised, class and code kept', async () => {
    const error = { name: 'ShellError', code: 'settings-unreadable', message: 'settings.json: full disk' };
    const shell = shellOver({ writeSettings: async () => ({ ok: false, error }) });
    await expect(shell.writeSettings(parseSettings(null))).rejects.toMatchObject(error);
  });

  test('an answer of another shape is an error, not a guess', async () => {
    const shell = shellOver({ models: async () => ({ ok: true, value: [{ id: 1 }] }) });
    await expect(shell.models()).rejects.toMatchObject({ code: 'shell-unreachable' });
  });

  test('settings that are half there are mended', async () => {
    const shell = shellOver({ readSettings: async () => ({ ok: true, value: { theme: 'dark', overlay: 3 } }) });
    expect(await shell.readSettings()).toEqual({ ...parseSettings(null), theme: 'dark' });
  });

  test('links are the main process’s to judge', async () => {
    const openExternal = vi.fn(async () => ({ ok: true as const, value: undefined }));
    await shellOver({ openExternal }).openExternal(EXTERNAL_LINKS.paper);
    expect(openExternal).toHaveBeenCalledExactlyOnceWith(EXTERNAL_LINKS.paper);
  });
});

describe('ports from the preload script', () => {
  const ORIGIN = 'app://cvt-lens';

  /** The parts of a window that hear messages. */
  function pageOf(): Window {
    return Object.assign(new EventTarget(), { location: { origin: ORIGIN } }) as unknown as Window;
  }

  function send(page: Window, change: { source?: unknown; origin?: string; data?: unknown; ports?: unknown[] }): void {
    const event = Object.assign(new Event('message'), {
      source: page,
      origin: ORIGIN,
      data: ENGINE_PORT_MESSAGE,
      ports: ['port'],
      ...change,
    });
    page.dispatchEvent(event);
  }

  test('the first and each later one arrive, until the listener leaves', () => {
    const page = pageOf();
    const heard = vi.fn();
    const leave = onEnginePort(page, heard);
    send(page, { ports: ['first'] });
    send(page, { ports: ['second'] });
    leave();
    send(page, { ports: ['third'] });
    expect(heard.mock.calls).toEqual([['first'], ['second']]);
  });

  test.each([
    ['another window', { source: {} }],
    ['no window', { source: null }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another message', { data: 'hello' }],
    ['no port', { ports: [] }],
  ])('what comes from %s is ignored', (_, change) => {
    const page = pageOf();
    const heard = vi.fn();
    onEnginePort(page, heard);
    send(page, change);
    expect(heard).not.toHaveBeenCalled();
  });
});

test('the website is the one that the package names, and every link is https', () => {
  const { homepage }: { homepage: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(EXTERNAL_LINKS.website).toBe(homepage);
  expect(EXTERNAL_LINKS.releases).toBe(`${homepage}/releases`);
  for (const link of Object.values(EXTERNAL_LINKS)) expect(new URL(link).protocol).toBe('https:');
});
