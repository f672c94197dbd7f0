import { spawn } from 'node:child_process';

export interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The command that opens an address in the user's browser; null where there is no desktop to open it on. */
export function openCommand(address: string, { platform, env }: Desktop): readonly [string, ...string[]] | null {
  if (env.CI) return null;
  if (platform === 'darwin') return env.SSH_CONNECTION ? null : ['open', address];
  // Not `start`, which would have the shell read the address.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open', address] : null;
}

/** Tries to open `address`; where that fails the user still has the printed one. */
export function openAddress(address: string, desktop: Desktop = process): void {
  const command = openCommand(address, desktop);
  if (command === null) return;
  const [file, ...words] = command;
  const child = spawn(file, words, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
