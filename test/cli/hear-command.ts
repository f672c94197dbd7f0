import { vi } from 'vitest';
import type { Command } from '../../electron/cli/command.ts';

export interface Heard {
  readonly allWell: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process and keeps what it prints. */
export async function hear(command: Command, ...words: readonly string[]): Promise<Heard> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    }),
  );
  try {
    return { allWell: await command(words, new AbortController().signal), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
