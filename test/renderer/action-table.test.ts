import { describe, expect, test, vi } from 'vitest';
import { actionTable } from '../../renderer/screens/frame/use-actions.ts';
import { commandsOf } from '../../renderer/screens/frame/use-desktop.ts';
import { MENU_COMMANDS } from '../../renderer/shell/menu-commands.ts';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';
import type { App } from '../../renderer/start.ts';
import { useNotices } from '../../renderer/stores/notices.ts';
import { useOverlay } from '../../renderer/stores/overlay.ts';
import { type ScreenName, useScreen } from '../../renderer/stores/screen.ts';
import { useSettings } from '../../renderer/stores/settings.ts';

const SCREENS: readonly ScreenName[] = ['inspect', 'compare', 'evaluate', 'models'];

/** Only what these actions touch; anything else is a mistake of the test. */
function fakeApp() {
  const openExternal = vi.fn(async (_url: string) => {});
  const chooseDevice = vi.fn(async () => {});
  const app = {
    shell: { kind: 'serve', desktop: null, openExternal },
    chooseDevice,
    queue: { requeue: vi.fn() },
    samples: [],
  };
  return { app: app as unknown as App, openExternal, chooseDevice };
}

function table(screen: ScreenName, app = fakeApp().app) {
  return actionTable(app, { screen, overview: false, stageCount: 3 });
}

test('on Inspect the table has all that the menus can ask for', () => {
  expect(commandsOf(table('inspect')).toSorted()).toEqual([...MENU_COMMANDS].toSorted());
});

describe.each(SCREENS)('on %s', (screen) => {
  test('no id and no key stands twice', () => {
    const actions = table(screen);
    const ids = actions.map(({ id }) => id);
    const keys = actions.flatMap((action) => action.keys);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('opening, screens, theme, help and About can always be had', () => {
    const offered = new Set(commandsOf(table(screen)));
    for (const command of MENU_COMMANDS)
      if (!/^(export|undo|remove-all)/.test(command)) expect(offered).toContain(command);
  });
});

describe('running an action', () => {
  const run = (id: string, app?: App) =>
    table('inspect', app)
      .find((action) => action.id === id)!
      .run();

  test.each(['about', 'licences', 'shortcuts', 'palette'] as const)('%s is shown', (id) => {
    run(id);
    expect(useOverlay.getState().overlay).toBe(id);
  });

  test.each([
    ['website', EXTERNAL_LINKS.website],
    ['new-version', EXTERNAL_LINKS.releases],
    ['paper', EXTERNAL_LINKS.paper],
  ] as const)('%s opens its page in the browser', (id, url) => {
    const { app, openExternal } = fakeApp();
    run(id, app);
    expect(openExternal).toHaveBeenCalledExactlyOnceWith(url);
  });

  test('a link that cannot be opened is told of', async () => {
    const { app, openExternal } = fakeApp();
    openExternal.mockRejectedValue(new Error('no browser'));
    run('website', app);
    await vi.waitFor(() => expect(useNotices.getState().notice?.text).toBe('no browser'));
  });

  test('screens, theme and engine', () => {
    const { app, chooseDevice } = fakeApp();
    run('screen-models', app);
    expect(useScreen.getState().screen).toBe('models');
    run('theme-dark', app);
    expect(useSettings.getState().theme).toBe('dark');
    useSettings.getState().update({ device: 'wasm' });
    run('engine-restart', app);
    expect(chooseDevice).toHaveBeenCalledExactlyOnceWith('wasm');
  });
});
