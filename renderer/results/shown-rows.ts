import { latestOfOthers } from '../pipeline/remember-results.ts';
import { selectedImage, type TrayImage, useImages } from '../stores/images.ts';
import { useOverview } from '../stores/overview.ts';
import type { JournalRecord, Session } from './journal.ts';
import { filterRows, type PictureFilter, type PictureOrder, type PictureRow, sortRows } from './picture-filter.ts';

const rows = new WeakMap<TrayImage, PictureRow>();

/** The same row as long as the picture is the same, so that thousands of tiles know that they need not be drawn again. */
export function rowOf(image: TrayImage): PictureRow {
  const known = rows.get(image);
  if (known) return known;
  const { id, name, path, status, result, others } = image;
  const error = status.kind === 'error' ? status.error : null;
  const row = { id, name, path, state: stateOf(image), result: error ? null : result, others, error };
  rows.set(image, row);
  return row;
}

function stateOf({ status, result }: TrayImage): PictureRow['state'] {
  switch (status.kind) {
    case 'error':
      return 'failed';
    case 'done':
    case 'classified':
      return 'answered';
    case 'running':
      // Its maps are being made; the answer is there.
      return result ? 'answered' : 'running';
    case 'stopped':
      return result ? 'answered' : 'stopped';
    case 'loading':
    case 'queued':
      return 'waiting';
  }
}

/** One row a file: what the model that was run last says, and what the others said. */
export function rowsOfSession({ records }: Session): readonly PictureRow[] {
  const byFile = new Map<string, JournalRecord[]>();
  for (const record of records) byFile.set(record.file, [...(byFile.get(record.file) ?? []), record]);
  return [...byFile].map(([file, each]): PictureRow => {
    const last = each.reduce((a, b) => (b.result.at > a.result.at ? b : a));
    return {
      id: file,
      name: last.path.slice(last.path.lastIndexOf('/') + 1),
      path: last.path,
      state: 'answered',
      result: last.result,
      others: latestOfOthers(
        each.map(({ result }) => result),
        last.result.modelId,
      ),
      error: null,
    };
  });
}

interface Shown {
  readonly all: readonly PictureRow[];
  readonly shown: readonly PictureRow[];
}

/** The rows of a list, filtered and sorted, made anew only when one of them changes. */
function derivation<Source>(toRows: (source: Source) => readonly PictureRow[]) {
  let last: { source: Source; filter: PictureFilter; order: PictureOrder; answer: Shown } | null = null;
  return (source: Source, filter: PictureFilter, order: PictureOrder): Shown => {
    if (last?.source === source && last.filter === filter && last.order === order) return last.answer;
    const all = last?.source === source ? last.answer.all : toRows(source);
    last = { source, filter, order, answer: { all, shown: sortRows(filterRows(all, filter), order) } };
    return last.answer;
  };
}

const ofTray = derivation((images: readonly TrayImage[]) => images.map(rowOf));
const ofEarlier = derivation((session: Session | null) => (session ? rowsOfSession(session) : []));

/** The tray as it is filtered and sorted now. */
export function trayRows(): Shown {
  const { filter, order } = useOverview.getState();
  return ofTray(useImages.getState().images, filter, order);
}

/** What the overview shows: the tray, or the session before. */
export function overviewRows(): Shown {
  const { source, earlier, filter, order } = useOverview.getState();
  return source === 'tray' ? trayRows() : ofEarlier(earlier, filter, order);
}

export function useTrayRows(): Shown {
  const images = useImages((state) => state.images);
  const filter = useOverview((state) => state.filter);
  const order = useOverview((state) => state.order);
  return ofTray(images, filter, order);
}

export function useOverviewRows(): Shown {
  useTrayRows();
  useOverview((state) => state.source);
  useOverview((state) => state.earlier);
  return overviewRows();
}

/** Selects along what is shown; stops at its ends. From a picture that is not shown it goes to the first. */
export function stepShown(by: number): void {
  const { shown } = trayRows();
  const selected = selectedImage(useImages.getState());
  const at = shown.findIndex(({ id }) => id === selected?.id);
  const next = at < 0 ? shown[0] : shown[Math.min(shown.length - 1, Math.max(0, at + by))];
  if (next) useImages.getState().select(next.id);
}
