import type { Session } from 'electron';

/** Copying a figure or a recipe. The page can write to the clipboard by its own click, and never read it. */
const ALLOWED = 'clipboard-sanitized-write';

/** The app needs no camera, place, notification or device. One handler is for asking, the other for looking. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === ALLOWED));
  session.setPermissionCheckHandler((_contents, permission) => permission === ALLOWED);
  session.setDevicePermissionHandler(() => false);
}
