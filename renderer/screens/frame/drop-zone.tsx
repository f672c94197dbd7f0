import { Download } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { droppedEntries } from '../../evaluate/picture-folder.ts';
import { carriesOnlyAddress } from '../../pipeline/dragged-address.ts';
import { useImport } from '../../stores/imports.ts';
import { useScreen } from '../../stores/screen.ts';
import { useApp } from './app-context.ts';
import { dropPromise, evaluatePromise } from './drop-promise.ts';
import { takeAddress, takeDropped, tellUnreadable } from './take-files.ts';
import './drop-zone.css';

/** The whole window takes drops and pastes; while something hangs over it, an outline says what letting go will do. */
export function DropZone({ children }: { readonly children: ReactNode }) {
  const app = useApp();
  const [promise, setPromise] = useState<string | null>(null);

  useEffect(() => {
    // Enter and leave come once per element that is crossed; only their balance says whether the pointer has left.
    let depth = 0;
    const take = async (transfer: DataTransfer) => {
      // Before anything else: the list of items is emptied after the event.
      const dropped = useScreen.getState().screen === 'evaluate' ? droppedEntries(transfer) : null;
      if (!dropped) return takeDropped(app, transfer);
      try {
        await app.evaluations.takeDrop(dropped);
      } catch (error) {
        tellUnreadable(error);
      }
    };
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
      if (carriesOnlyAddress(event.dataTransfer.types)) takeAddress(app, event.dataTransfer.getData('text/uri-list'));
      else void take(event.dataTransfer);
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
  }, [app]);

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
  const types = event.dataTransfer?.types ?? [];
  return types.includes('Files') || carriesOnlyAddress(types);
}

function promiseOf(transfer: DataTransfer | null): string {
  if (transfer && carriesOnlyAddress(transfer.types)) return 'Only an address comes along, no picture';
  const types = [...(transfer?.items ?? [])].filter((item) => item.kind === 'file').map((item) => item.type);
  if (useScreen.getState().screen === 'evaluate') return evaluatePromise(types);
  return dropPromise(types, useImport.getState().state.kind);
}
