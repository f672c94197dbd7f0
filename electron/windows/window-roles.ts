import type { WebContents } from 'electron';
import type { WindowRole } from '../ipc/contract.ts';

const roles = new WeakMap<WebContents, WindowRole>();

/** Every window of ours is entered when it is made; IPC from any other is refused. */
export function setRole(contents: WebContents, role: WindowRole): void {
  roles.set(contents, role);
}

export function roleOf(contents: WebContents): WindowRole | null {
  return roles.get(contents) ?? null;
}
