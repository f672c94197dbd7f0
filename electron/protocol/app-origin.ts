export const APP_SCHEME = 'app';
const APP_HOST = 'cvt-lens';

/** Where the app lives in Electron: a standard, secure origin of its own. */
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;

/** Whether `address` is one of the app's own. Node's URL knows no origin for schemes like ours, so the parts are compared. */
export function isAppAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${APP_SCHEME}:` && url.host === APP_HOST && url.username === '';
}
