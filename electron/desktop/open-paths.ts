import { z } from 'zod';
import type { GivenFiles } from './given-files.ts';
import type { RecentFiles } from './recent-files.ts';

interface Parts {
  readonly given: Pick<GivenFiles, 'give'>;
  readonly recents: Pick<RecentFiles, 'note' | 'forget'>;
  /** The system's own list of documents, where it has one. */
  readonly tellSystem: (path: string) => void;
}

/** Opens files and folders for the page, and remembers them; what is gone leaves the list of recent files. Never rejects. */
export function pathOpener({ given, recents, tellSystem }: Parts): (paths: readonly string[]) => Promise<void> {
  return async (paths) => {
    const found = new Set(await given.give(paths));
    await recents.note(paths.filter((path) => found.has(path)));
    for (const path of paths)
      if (found.has(path)) tellSystem(path);
      else await recents.forget(path);
  };
}

/** What a second start of the app hands to the first one. */
const handedOver = z.object({ paths: z.array(z.string().max(32_768)).max(10_000) });
export type HandedOver = z.infer<typeof handedOver>;

/** The paths of a second start; none where it is of another version and says something else. */
export function pathsHandedOver(data: unknown): readonly string[] {
  const parsed = handedOver.safeParse(data);
  return parsed.success ? parsed.data.paths : [];
}
