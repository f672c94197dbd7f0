import type { WebContents } from 'electron';

/** A webview brings its own preferences, and with them a way around ours. */
export function denyWebviews(contents: WebContents): void {
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
