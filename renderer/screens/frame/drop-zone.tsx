import { Download } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { collectDropped } from '../../pipeline/collect-files.ts';
import { useNotices } from '../../stores/notices.ts';
import { addCollected } from '../inspect/add-pictures.ts';
import './drop-zone.css';

/** The whole window takes drops and pastes; while something hangs over it, an outline says what letting go will do. */
export function DropZone({ children }: { readonly children: ReactNode }) {
  const [promise, setPromise] = useState<string | null>(null);

  useEffect(() => {
    // Enter and leave come once per element that is crossed; only their balance says whether the pointer has left.
    let depth = 0;
    const onDragEnter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setPromise(promiseOf(event.dataTransfer));
    };
    const onDragOver = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const onDragLeave = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setPromise(null);
    };
    const onDrop = (event: DragEvent) => {
      depth = 0;
      setPromise(null);
      if (!carriesFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      void take(event.dataTransfer);
    };
    const onPaste = (event: ClipboardEvent) => {
      if (!event.clipboardData || event.clipboardData.files.length === 0) return;
      event.preventDefault();
      void take(event.clipboardData);
    };
    addEventListener('dragenter', onDragEnter);
    addEventListener('dragover', onDragOver);
    addEventListener('dragleave', onDragLeave);
    addEventListener('drop', onDrop);
    addEventListener('paste', onPaste);
    return () => {
      removeEventListener('dragenter', onDragEnter);
      removeEventListener('dragover', onDragOver);
      removeEventListener('dragleave', onDragLeave);
      removeEventListener('drop', onDrop);
      removeEventListener('paste', onPaste);
    };
  }, []);

  return (
    <>
      {children}
      {promise && (
        <div className="drop-outline" role="status">
          <p>
            <Download size={16} aria-hidden />
            {promise}
          </p>
        </div>
      )}
    </>
  );
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

async function take(transfer: DataTransfer): Promise<void> {
  try {
    addCollected(await collectDropped(transfer));
  } catch (error) {
    useNotices
      .getState()
      .show(`The dropped files could not be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** What dropping will do. While dragging, a page learns the number and MIME types of the items, not their names. */
function promiseOf(transfer: DataTransfer | null): string {
  const items = [...(transfer?.items ?? [])].filter((item) => item.kind === 'file');
  const pictures = items.filter((item) => item.type.startsWith('image/')).length;
  // A folder has no type; neither has a file of a kind that the system does not know.
  const untyped = items.filter((item) => item.type === '').length;
  if (items.length === 0) return 'Add to the tray';
  if (pictures === items.length)
    return pictures === 1 ? 'Add the picture to the tray' : `Add ${pictures} pictures to the tray`;
  if (untyped === items.length) return 'Add the pictures inside to the tray';
  if (pictures === 0 && untyped === 0) return 'Not a known picture; it will be listed with the reason';
  return `Add ${items.length} items to the tray`;
}
