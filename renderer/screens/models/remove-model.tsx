import type { LibraryEntry } from '../../shell/library-entry.ts';
import { useModel } from '../../stores/model.ts';
import { useNotices } from '../../stores/notices.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useApp } from '../frame/app-context.ts';
import { removalText } from './words.ts';

interface RemoveModelProps {
  readonly entry: LibraryEntry;
  /** It is the one in use. */
  readonly chosen: boolean;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Asks before a model is removed, and says what of it is deleted. */
export function RemoveModel({ entry, chosen, open, onOpenChange }: RemoveModelProps) {
  const { library, chooseModel } = useApp();
  const fallback = useModel((store) => store.shipped[0] ?? null);
  const { text, path } = removalText(entry);
  const remove = async () => {
    if (!(await library.remove(entry.id))) return;
    const next = chosen ? fallback : null;
    if (next) void chooseModel(next.id);
    useNotices.getState().show(`${entry.title} was removed.${next ? ` ${next.title} is in use now.` : ''}`);
  };
  return (
    <Confirm
      title={`Remove ${entry.title}`}
      open={open}
      onOpenChange={onOpenChange}
      action="Remove"
      onConfirm={() => void remove()}
    >
      <p>{text}</p>
      {path && <p className="mono">{path}</p>}
      {chosen && fallback && <p>It is in use; {fallback.title} takes its place.</p>}
    </Confirm>
  );
}
