import type { App, Session } from 'electron';
import { denyNavigation } from './deny-navigation.ts';
import { denyNetwork } from './deny-network.ts';
import { denyNewWindows } from './deny-new-windows.ts';
import { denyPermissions } from './deny-permissions.ts';
import { denyWebviews } from './deny-webviews.ts';

/** The rules for every page, before the first one exists. */
export function securePages(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    denyNavigation(contents);
    denyNewWindows(contents);
    denyWebviews(contents);
  });
}

/** The rules for all that pages ask of the system and the network. */
export function secureSession(session: Session): void {
  denyPermissions(session);
  denyNetwork(session);
}
