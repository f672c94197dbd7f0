import { shell, type WebContents } from 'electron';
import { isExternalLink } from '../../../renderer/shell/shell.ts';

/** No page opens a window. A link to one of the few pages that the app links to opens in the user's browser. */
export function denyNewWindows(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalLink(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
}
