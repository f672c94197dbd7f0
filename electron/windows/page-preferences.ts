import { join } from 'node:path';
import type { WebPreferences } from 'electron';

/**
 * What every page of ours runs under: in a sandbox, without Node, its preload script in a world of its own.
 * @param root the app's folder
 */
export function pagePreferences(root: string, preload: 'preload' | 'engine-preload'): WebPreferences {
  return {
    preload: join(root, 'dist', 'preload', `${preload}.cjs`),
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    spellcheck: false,
  };
}
