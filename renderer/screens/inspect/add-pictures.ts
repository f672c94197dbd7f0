import { ShellError } from '../../../models/errors.ts';
import { IMAGE_MIME_TYPES } from '../../../models/image/header.ts';
import { type Collected, collectChosen } from '../../pipeline/collect-files.ts';
import { judgedAhead } from '../../pipeline/judge-pictures.ts';
import type { SampleEntry } from '../../shell/shell.ts';
import { useImages } from '../../stores/images.ts';
import { useNotices } from '../../stores/notices.ts';
import { useOverview } from '../../stores/overview.ts';
import { useRecents } from '../../stores/recents.ts';
import { useScreen } from '../../stores/screen.ts';

/**
 * Puts what was dropped, pasted or chosen into the tray, and says so where files were left out.
 * @param streamed pictures of the same drop that are in the tray already
 */
export async function addCollected(
  { images, skipped }: Pick<Collected, 'images' | 'skipped'>,
  streamed = 0,
): Promise<void> {
  useImages.getState().add(await judgedAhead(images), streamed > 0);
  showTray();
  const count = images.length + streamed;
  if (skipped === 0 && count > 0) return;
  const others = skipped === 1 ? '1 other file' : `${skipped} other files`;
  const { show } = useNotices.getState();
  if (count === 0) show(skipped > 0 ? `No pictures there, only ${others}.` : 'No files there.');
  else show(`${count} ${count === 1 ? 'picture' : 'pictures'} added, ${others} left out.`);
}

/** What was brought is what is wanted now, not what an earlier session left. */
export function showTray(): void {
  const { open, source, show } = useOverview.getState();
  if (open && source === 'earlier') show(false);
}

/** Fetches sample pictures of the app and adds them; all or none. */
export async function addSamples(samples: readonly SampleEntry[]): Promise<void> {
  try {
    useImages.getState().add(await Promise.all(samples.map(fetchSample)));
    showTray();
  } catch (error) {
    useNotices.getState().show(error instanceof Error ? error.message : String(error));
  }
}

async function fetchSample({ name, url }: SampleEntry): Promise<{ name: string; file: Blob }> {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok)
    throw new ShellError('asset-unreadable', `${name}: the sample could not be read. Is the app still running?`);
  return { name, file: await response.blob() };
}

/** Opens the system's file dialog for pictures, or for a folder of them. */
export function choosePictures(kind: 'files' | 'folder'): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  if (kind === 'files') input.accept = IMAGE_MIME_TYPES.join(',');
  else input.webkitdirectory = true;
  input.addEventListener('change', () => {
    if (!input.files) return;
    useRecents.getState().note([...input.files]);
    useScreen.getState().showPicture();
    void addCollected(collectChosen(input.files, kind === 'folder'));
  });
  input.click();
}
