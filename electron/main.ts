import { join } from 'node:path';
import { app, dialog, MessageChannelMain, session, shell } from 'electron';
import { reasonOf } from '../models/errors.ts';
import { findAppRoot } from './app-root.ts';
import { firstOf } from './desktop/given-files.ts';
import { DesktopApp } from './desktop-app.ts';
import { Diagnostics } from './diagnostics/diagnostics.ts';
import { EngineHost } from './engine/engine-host.ts';
import { readFacts } from './facts.ts';
import { keepGpu, settleGpu } from './gpu.ts';
import { answerLibrary } from './ipc/library-requests.ts';
import { answerRequests } from './ipc/main-ipc.ts';
import { openDesk } from './library.ts';
import { closeBeforeQuit, quitOnSignals } from './life-cycle.ts';
import { handleAppRequests, registerAppScheme } from './protocol/app-protocol.ts';
import { assetFolders, listAssets } from './protocol/assets.ts';
import { LibraryAssets } from './protocol/library-assets.ts';
import { dataFolder } from './settings/data-folder.ts';
import { SettingsFile } from './settings/settings-file.ts';
import { chromiumFacts } from './windows/chromium-facts.ts';
import { createEngineWindow, listenForEngines } from './windows/engine-window.ts';
import { securePages, secureSession } from './windows/security/secure.ts';
import { connectUiWindows, tellUiWindows } from './windows/ui-windows.ts';

const root = findAppRoot();
const home = dataFolder();

// Before the app is ready.
app.setPath('userData', join(home, 'electron'));
registerAppScheme();
securePages(app);
const gpu = settleGpu(home);
const diagnostics = new Diagnostics({ home, process: 'app', facts: () => chromiumFacts(gpu) });
diagnostics.listen();
const desktop = new DesktopApp(home);

if (desktop.isFirst()) {
  quitOnSignals();
  app.whenReady().then(run).catch(giveUp);
} else app.quit();

async function run(): Promise<void> {
  const folders = assetFolders(root);
  const settings = new SettingsFile(home);
  const [fixed, facts, remembered] = await Promise.all([
    listAssets(folders),
    readFacts(root, folders, `Electron ${process.versions.electron}`),
    settings.read(),
  ]);

  secureSession(session.defaultSession);
  const assets = new LibraryAssets(fixed);
  handleAppRequests(firstOf(assets, desktop.given));
  const desk = await openDesk({ root, home, assets, shipped: facts.models });

  let policy = { preference: remembered.device, avoidWebgpu: gpu.policy.avoidWebgpu };
  const engine = new EngineHost({ createWindow: () => createEngineWindow(root, diagnostics), createChannel }, policy);
  const decide = (change: Partial<typeof policy>): void => {
    policy = { ...policy, ...change };
    engine.setPolicy(policy);
  };
  const gpuKeeper = keepGpu(gpu, {
    avoid: (reason) => decide({ avoidWebgpu: reason }),
    relaunch: () => {
      app.relaunch();
      app.quit();
    },
  });

  answerRequests({
    'shell:versions': () => facts.versions,
    'shell:models': () => facts.models,
    'shell:samples': () => facts.samples,
    'shell:open-external': async (url) => {
      await shell.openExternal(url);
      return undefined;
    },
    'gpu:standing': () => gpuKeeper.standing,
    'gpu:retry': () => {
      gpuKeeper.retry();
      return undefined;
    },
    'settings:read': () => settings.read(),
    'settings:write': async (change) => {
      await settings.write(change);
      if (change.device !== undefined) decide({ preference: change.device });
      desktop.settingsChanged(change);
      return undefined;
    },
    ...answerLibrary(desk, tellUiWindows),
    ...desktop.answers(diagnostics, desk),
  });

  listenForEngines();
  connectUiWindows(engine);
  engine.start();
  await desktop.start(root, remembered);
  app.on('will-quit', () => engine.stop());
  closeBeforeQuit(desk, desktop);
}

function createChannel() {
  const { port1, port2 } = new MessageChannelMain();
  return { ui: port1, engine: port2 };
}

function giveUp(error: unknown): void {
  console.error(error);
  dialog.showErrorBox('CvT Lens could not start', reasonOf(error));
  app.exit(1);
}
