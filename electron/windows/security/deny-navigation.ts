import type { WebContents } from 'electron';
import { isAppAddress } from '../../protocol/app-origin.ts';

/** A page stays on the app's own origin: whatever else it showed would have the preload script's bridge. */
export function denyNavigation(contents: WebContents): void {
  const deny = (event: { readonly url: string; preventDefault(): void }): void => {
    if (!isAppAddress(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', deny);
  contents.on('will-redirect', deny);
  contents.on('will-frame-navigate', deny);
}
