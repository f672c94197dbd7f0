import type { Session } from 'electron';

/** What a page may ask for: the app's own files, and bytes that it has already. `devtools:` is Chromium's own. */
const LOCAL = /^(app|blob|data|devtools):/;

/** Pictures never leave the machine: no page reaches the network, whatever its content security policy says. */
export function denyNetwork(session: Session): void {
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !LOCAL.test(url) }));
}
