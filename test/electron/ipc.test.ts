import { describe, expect, test, vi } from 'vitest';
import { answerRequest, type RequestHandlers } from '../../electron/ipc/answer-request.ts';
import { refuseSender, type SenderFacts } from '../../electron/ipc/trusted-sender.ts';
import { CheckpointError, ShellError } from '../../models/errors.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';

const UI: SenderFacts = { role: 'ui', frameAddress: 'app://cvt-lens/', isMainFrame: true };

test.each<[string, Partial<SenderFacts>, string | null]>([
  ['the page of a UI window', {}, null],
  ['any page of the app', { frameAddress: 'app://cvt-lens/index.html?x#y' }, null],
  ['a window that is not ours', { role: null }, 'no window of the app'],
  ['the engine window', { role: 'engine' }, 'kind "engine"'],
  ['a frame that is gone', { frameAddress: null }, 'frame is gone'],
  ['a frame inside the page', { isMainFrame: false }, 'inside the page'],
  ['a web page', { frameAddress: 'https://cvt-lens/' }, 'https://cvt-lens/'],
  ['a file', { frameAddress: 'file:///etc/passwd' }, 'file:'],
  ['another host of our scheme', { frameAddress: 'app://other/' }, 'app://other/'],
  ['a host that begins like ours', { frameAddress: 'app://cvt-lens.evil/' }, 'evil'],
  ['our name as user information', { frameAddress: 'app://cvt-lens@evil/' }, 'evil'],
  ['user information before our name', { frameAddress: 'app://evil@cvt-lens/' }, 'evil@'],
  ['about:blank', { frameAddress: 'about:blank' }, 'about:blank'],
  ['no address', { frameAddress: '' }, 'it comes from'],
])('sender: %s', (_, change, refusal) => {
  const answer = refuseSender({ ...UI, ...change }, 'ui');
  if (refusal === null) expect(answer).toBeNull();
  else expect(answer).toContain(refusal);
});

describe('answering', () => {
  function handlers(change: Partial<RequestHandlers> = {}): RequestHandlers {
    return {
      'shell:versions': () => ({ app: '1', host: 'test' }),
      'shell:models': () => [],
      'shell:samples': () => [],
      'shell:open-external': vi.fn(() => undefined),
      'gpu:standing': () => ({ kind: 'open' }),
      'gpu:retry': vi.fn(() => undefined),
      'settings:read': () => parseSettings(null),
      'settings:write': vi.fn(() => undefined),
      'library:snapshot': () => Promise.reject(new Error('not part of this test')),
      'library:command': vi.fn(() => undefined),
      'library:work': vi.fn(() => null),
      'library:cancel': vi.fn(() => undefined),
      'library:file': vi.fn(() => ({ file: 'ticket' })),
      'files:take': () => ({ files: [], problems: [], more: false }),
      'files:to-library': vi.fn(() => ({ file: 'ticket' })),
      'recent:list': () => [],
      'recent:note': vi.fn(() => undefined),
      'recent:open': vi.fn(() => undefined),
      'recent:clear': vi.fn(() => undefined),
      'menu:offer': vi.fn(() => undefined),
      'diagnostics:read': () => ({ facts: [], lines: [] }),
      'diagnostics:log': vi.fn(() => undefined),
      ...change,
    };
  }

  test('a request is answered with its value', async () => {
    const outcome = await answerRequest(handlers(), 'shell:versions', UI, undefined);
    expect(outcome).toEqual({ ok: true, value: { app: '1', host: 'test' } });
  });

  test('a foreign sender reaches no handler', async () => {
    const all = handlers();
    const outcome = await answerRequest(all, 'settings:write', { ...UI, isMainFrame: false }, parseSettings(null));
    expect(outcome).toMatchObject({ ok: false, error: { name: 'ShellError', code: 'shell-refused' } });
    expect(all['settings:write']).not.toHaveBeenCalled();
  });

  test.each([
    ['shell:versions', { surprise: true }],
    ['shell:open-external', 'https://evil.example/'],
    ['shell:open-external', `${EXTERNAL_LINKS.paper}/../..`],
    ['shell:open-external', 'file:///etc/passwd'],
    ['library:command', { command: 'format-disk' }],
    ['library:command', { command: 'remove', id: 7 }],
    ['library:work', { work: { work: 'use', id: 'cvt-13-224-1k' } }],
    ['library:work', { ticket: 't', work: { work: 'inspect', files: [] } }],
    ['library:work', { ticket: 't', work: { work: 'inspect', files: ['/etc/passwd', { path: '/' }] } }],
    ['library:cancel', { ticket: 't' }],
    ['library:file', ''],
    ['library:file', 'relative/weights.pth'],
    ['shell:open-external', undefined],
    ['settings:write', 'dark'],
    ['settings:write', null],
  ] as const)('%s does not take %o', async (channel, argument) => {
    const all = handlers();
    const outcome = await answerRequest(all, channel, UI, argument);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'shell-refused' } });
    expect(all['settings:write']).not.toHaveBeenCalled();
    expect(all['shell:open-external']).not.toHaveBeenCalled();
    for (const each of ['library:command', 'library:work', 'library:cancel', 'library:file'] as const)
      expect(all[each]).not.toHaveBeenCalled();
  });

  test('the links of the app are opened', async () => {
    const all = handlers();
    await answerRequest(all, 'shell:open-external', UI, EXTERNAL_LINKS.paper);
    expect(all['shell:open-external']).toHaveBeenCalledExactlyOnceWith(EXTERNAL_LINKS.paper);
  });

  test('settings arrive as far as they make sense, and without what is none', async () => {
    const all = handlers();
    await answerRequest(all, 'settings:write', UI, { theme: 'dark', device: 'toaster', evil: 1 });
    expect(all['settings:write']).toHaveBeenCalledExactlyOnceWith({ theme: 'dark', device: 'auto' });
  });

  test.each([
    [new ShellError('settings-unreadable', 'settings.json: full disk'), 'ShellError', 'settings-unreadable'],
    [new CheckpointError('truncated', 'a.pth: cut'), 'CheckpointError', 'truncated'],
    [new TypeError('a bug'), 'EngineError', 'engine-unexpected'],
  ])('%s crosses with its class and code', async (error, name, code) => {
    const failing = handlers({
      'settings:read': () => {
        throw error;
      },
    });
    const outcome = await answerRequest(failing, 'settings:read', UI, undefined);
    expect(outcome).toEqual({ ok: false, error: { name, code, message: error.message } });
  });
});
