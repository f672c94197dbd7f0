import type { Session } from 'electron';
import { isAppAddress } from '../../protocol/app-origin.ts';

/** Copying a figure, a recipe or the diagnostics. The page can write to the clipboard by its own click, and never read it. */
const ALLOWED = 'clipboard-sanitized-write';

/** The app needs no camera, place, notification or device. One handler is for asking, the other for looking. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(permission === ALLOWED && isAppAddress(requestingUrl)),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => permission === ALLOWED && isAppAddress(origin));
  session.setDevicePermissionHandler(() => false);
}
