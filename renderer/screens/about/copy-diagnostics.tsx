import { ClipboardCopy, Save } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { collectDiagnostics } from '../../diagnostics/collect-diagnostics.ts';
import { copyLateText, saveFile } from '../../pipeline/export-save.ts';
import type { App } from '../../start.ts';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../frame/app-context.ts';

const FILE_NAME = 'cvt-lens-diagnostics.txt';

/** The diagnostics on the clipboard, or word why not. Must be called while a click or a key is being handled. */
export async function copyDiagnostics({ shell, versions }: Pick<App, 'shell' | 'versions'>): Promise<void> {
  await copyLateText(collectDiagnostics(shell, versions));
}

async function saveDiagnostics({ shell, versions }: Pick<App, 'shell' | 'versions'>): Promise<void> {
  saveFile(FILE_NAME, new Blob([await collectDiagnostics(shell, versions)], { type: 'text/plain' }));
}

type Outcome = { readonly kind: 'copied' | 'saved' } | { readonly kind: 'refused'; readonly text: string };

/**
 * Copies what a report of a fault needs; where the clipboard is not to be had, offers it as a file.
 * @param children further buttons in its row
 */
export function CopyDiagnostics({ children }: { readonly children?: ReactNode }) {
  const app = useApp();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const copy = () => {
    setOutcome(null);
    copyDiagnostics(app).then(
      () => setOutcome({ kind: 'copied' }),
      (error: unknown) => setOutcome({ kind: 'refused', text: error instanceof Error ? error.message : String(error) }),
    );
  };
  return (
    <div className="copy-diagnostics">
      <Button icon={ClipboardCopy} onClick={copy}>
        Copy diagnostics
      </Button>
      {outcome?.kind === 'refused' && (
        <Button
          icon={Save}
          onClick={() => {
            void saveDiagnostics(app).then(() => setOutcome({ kind: 'saved' }));
          }}
        >
          Save as a file
        </Button>
      )}
      {children}
      <p className="quiet" role="status">
        {outcome?.kind === 'copied' && 'On the clipboard: versions, device and the last errors, without folders.'}
        {outcome?.kind === 'saved' && `Saved as ${FILE_NAME}.`}
        {outcome?.kind === 'refused' && outcome.text}
      </p>
    </div>
  );
}
