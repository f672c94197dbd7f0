import type { Session } from 'electron';

/** The app needs no camera, place, notification or device. Both handlers: one is for asking, the other for looking. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}
