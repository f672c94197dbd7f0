import { protocol } from 'electron';
import { APP_SCHEME } from './app-origin.ts';
import type { AssetLookup } from './assets.ts';
import { respond } from './respond.ts';

/** Makes `app://` as good as https. Once, before the app is ready. */
export function registerAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges }]);
}

/** Answers `app://` from the listed files. Once the app is ready. */
export function handleAppRequests(assets: AssetLookup): void {
  protocol.handle(APP_SCHEME, (request) => respond(assets, request));
}
