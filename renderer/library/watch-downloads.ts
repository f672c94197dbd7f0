import type { LibraryEntry } from '../shell/library-entry.ts';
import { entryById, useLibrary } from '../stores/library.ts';
import { useModel } from '../stores/model.ts';
import { useNotices } from '../stores/notices.ts';
import { useScreen } from '../stores/screen.ts';

const UNDER_WAY: readonly LibraryEntry['state']['kind'][] = ['queued', 'downloading', 'verifying'];

/** Says when a download ends that the user may no longer be looking at. */
export function watchDownloads(use: (id: string) => void): void {
  useLibrary.subscribe(({ snapshot }, before) => {
    if (!snapshot || snapshot === before.snapshot) return;
    for (const entry of snapshot.entries) {
      const was = entryById(before.snapshot, entry.id);
      if (was && UNDER_WAY.includes(was.state.kind)) tell(entry, use);
    }
  });
}

function tell({ id, title, state }: LibraryEntry, use: (id: string) => void): void {
  const { show } = useNotices.getState();
  const chosen = useModel.getState().state;
  if (state.kind === 'installed') {
    // The chosen model is loaded at once, which is to be seen.
    if (chosen.kind === 'none' || chosen.id !== id)
      show(`${title} is on this machine now.`, { label: 'Use it', run: () => use(id) });
  } else if (state.kind === 'error' && useScreen.getState().screen !== 'models')
    show(`${title}: ${state.error.message}`, { label: 'Models', run: () => useScreen.getState().show('models') });
}
