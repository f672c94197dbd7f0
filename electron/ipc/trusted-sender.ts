import { isAppAddress } from '../protocol/app-origin.ts';
import type { WindowRole } from './contract.ts';

/** What of an IPC event tells who sent it. */
export interface SenderFacts {
  /** Of the window it came from; null for a web contents that we did not make. */
  readonly role: WindowRole | null;
  /** Of the sending frame; null where it has been navigated or closed meanwhile. */
  readonly frameAddress: string | null;
  readonly isMainFrame: boolean;
}

/**
 * Why a message is refused; null for one that may be believed.
 *
 * IPC is reachable from every frame that a preload script runs in. Should a frame of another origin ever get into a window
 * (a redirect, an injected iframe), its messages must not count: Electron's security checklist, point 17.
 */
export function refuseSender(sender: SenderFacts, wanted: WindowRole): string | null {
  if (sender.role === null) return 'it comes from no window of the app';
  if (sender.role !== wanted) return `a window of kind "${sender.role}" may not send it`;
  if (sender.frameAddress === null) return 'its frame is gone';
  if (!sender.isMainFrame) return 'it comes from a frame inside the page';
  if (!isAppAddress(sender.frameAddress)) return `it comes from ${sender.frameAddress}`;
  return null;
}
