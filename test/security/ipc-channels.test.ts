import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { answerRequest, type RequestHandlers } from '../../electron/ipc/answer-request.ts';
import { argumentSchemas } from '../../electron/ipc/arguments.ts';
import type { RequestChannel } from '../../electron/ipc/contract.ts';
import { MENU_COMMANDS } from '../../renderer/shell/menu-commands.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';
import { FakeContents } from './fake-electron.ts';
import { ownPage, type Sender, type StartedMain, startMain } from './started-main.ts';

/** Every channel with an argument that it takes and arguments that it must not take. */
const NONE_BUT_UNDEFINED = [null, {}, [], '', 'x', 0, 7, true, { surprise: true }];
const NO_TICKETS = [undefined, null, '', 'x'.repeat(101), 7, {}, ['x'], { ticket: 'x' }];
const NO_PATHS = ['', 'relative.pth', './a', '../../etc/passwd', 'x'.repeat(40_000), null, undefined, 7, {}, ['/a']];
const PATH = resolve('/home/ann/w.pth');

const CHANNELS: {
  readonly [Channel in RequestChannel]: { readonly good: readonly unknown[]; readonly bad: readonly unknown[] };
} = {
  'shell:versions': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'shell:models': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'shell:samples': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'shell:open-external': {
    good: Object.values(EXTERNAL_LINKS),
    bad: [
      undefined,
      null,
      '',
      'https://evil.example/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      [EXTERNAL_LINKS.paper],
      `${EXTERNAL_LINKS.paper} `,
    ],
  },
  'gpu:standing': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'gpu:retry': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'settings:read': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'settings:write': { good: [parseSettings(null), { theme: 'dark' }], bad: [undefined, null, 'dark', 7, []] },
  'library:snapshot': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'library:command': {
    good: [{ command: 'download', id: 'cvt-13-224-1k' }],
    bad: [
      undefined,
      null,
      'download',
      { command: 'format-disk' },
      { command: 'remove', id: 7 },
      { command: 'remove' },
      { command: 'forget-files', files: '/etc' },
    ],
  },
  'library:work': {
    good: [{ ticket: 't', work: { work: 'use', id: 'cvt-13-224-1k' } }],
    bad: [
      undefined,
      null,
      { work: { work: 'use', id: 'a' } },
      { ticket: '', work: { work: 'use', id: 'a' } },
      { ticket: 't', work: { work: 'run', file: '/bin/sh' } },
      { ticket: 't', work: { work: 'inspect', files: [] } },
      { ticket: 't', work: { work: 'inspect', files: ['/etc/passwd', { path: '/' }] } },
    ],
  },
  'library:cancel': { good: ['t'], bad: NO_TICKETS },
  'library:file': { good: [PATH], bad: NO_PATHS },
  'files:take': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'files:to-library': { good: ['id'], bad: NO_TICKETS },
  'recent:list': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'recent:note': {
    good: [[], [PATH]],
    bad: [...NO_PATHS.map((path) => [path]), undefined, null, PATH, Array.from({ length: 65 }, () => PATH)],
  },
  'recent:open': { good: ['id'], bad: NO_TICKETS },
  'recent:clear': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'menu:offer': {
    good: [[], MENU_COMMANDS],
    bad: [undefined, null, 'about', ['quit'], [7], ['about', 'evil'], [...MENU_COMMANDS, 'about']],
  },
  'diagnostics:read': { good: [undefined], bad: NONE_BUT_UNDEFINED },
  'diagnostics:log': {
    good: [{ level: 'error', where: 'page', text: 'x' }],
    bad: [
      undefined,
      null,
      'x',
      {},
      { level: 'fatal', where: 'a', text: 'b' },
      { level: 'error', where: '', text: 'b' },
      { level: 'error', where: 'a', text: 7 },
      { level: 'error', where: 'a', text: 'x'.repeat(4_001) },
      { level: 'error', where: 'x'.repeat(101), text: '' },
    ],
  },
};

const channels = Object.keys(CHANNELS) as RequestChannel[];
const UI = { role: 'ui', frameAddress: 'app://cvt-lens/', isMainFrame: true } as const;

test('the table has every channel there is', () => {
  expect(channels.toSorted()).toEqual(Object.keys(argumentSchemas).toSorted());
});

describe.each(channels)('%s', (channel) => {
  /** Handlers of which only this one may be reached. */
  function handlers() {
    const reached = vi.fn();
    const all = Object.fromEntries(
      channels.map((each) => [each, each === channel ? reached : () => expect.unreachable()]),
    );
    return { reached, all: all as unknown as RequestHandlers };
  }

  test.each(CHANNELS[channel].good.map((argument) => ({ argument })))('takes $argument', async ({ argument }) => {
    const { reached, all } = handlers();
    expect(await answerRequest(all, channel, UI, argument)).toMatchObject({ ok: true });
    expect(reached).toHaveBeenCalledOnce();
  });

  test.each(CHANNELS[channel].bad.map((argument) => ({ argument })))(
    'does not take $argument',
    async ({ argument }) => {
      const { reached, all } = handlers();
      expect(await answerRequest(all, channel, UI, argument)).toMatchObject({
        ok: false,
        error: { name: 'ShellError', code: 'shell-refused' },
      });
      expect(reached).not.toHaveBeenCalled();
    },
  );
});

describe('the running main process', () => {
  let main: StartedMain;
  beforeAll(async () => {
    main = await startMain();
  });
  afterAll(() => main.stop());

  const senders: readonly (readonly [string, () => Sender])[] = [
    ['web contents that are no window of ours', () => ownPage(new FakeContents())],
    ['the engine’s window', () => ownPage(main.engine.webContents)],
    ['a frame that is gone', () => ({ contents: main.ui.webContents, frame: null })],
    [
      'a frame inside the page',
      () => ({ contents: main.ui.webContents, frame: { url: 'app://cvt-lens/', parent: {} } }),
    ],
    ['a web page', () => ({ contents: main.ui.webContents, frame: { url: 'https://evil.example/', parent: null } })],
    ['a file', () => ({ contents: main.ui.webContents, frame: { url: 'file:///home/ann/a.html', parent: null } })],
    [
      'another host of our scheme',
      () => ({ contents: main.ui.webContents, frame: { url: 'app://evil/', parent: null } }),
    ],
    ['about:blank', () => ({ contents: main.ui.webContents, frame: { url: 'about:blank', parent: null } })],
    ['a data address', () => ({ contents: main.ui.webContents, frame: { url: 'data:text/html,x', parent: null } })],
  ];

  test('answers exactly the channels of the contract', () => {
    expect([...main.handlers.keys()].toSorted()).toEqual(channels.toSorted());
  });

  test.each(senders)('refuses every channel to %s, whatever it sends', async (_, sender) => {
    for (const channel of channels)
      for (const argument of [CHANNELS[channel].good[0], CHANNELS[channel].bad[0]])
        expect([channel, await main.ask(channel, argument, sender())]).toMatchObject([
          channel,
          { ok: false, error: { code: 'shell-refused' } },
        ]);
  });

  test.each(senders)('gives no port to %s', (_, sender) => {
    const { contents, frame } = sender();
    const before = main.ui.webContents.postMessage.mock.calls.length;
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    main.ipcMain.emit('engine:connect', { sender: contents, senderFrame: frame });
    said.mockRestore();
    expect(contents.postMessage.mock.calls.length).toBe(contents === main.ui.webContents ? before : 0);
  });

  test('gives a port to its own page', () => {
    const before = main.ui.webContents.postMessage.mock.calls.length;
    const { contents, frame } = ownPage(main.ui.webContents);
    main.ipcMain.emit('engine:connect', { sender: contents, senderFrame: frame });
    expect(main.ui.webContents.postMessage.mock.calls.length).toBe(before + 1);
  });
});
