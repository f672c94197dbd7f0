import { FilePlus, FolderInput, RotateCcw } from 'lucide-react';
import { useImport } from '../../../stores/imports.ts';
import { Banner } from '../../../ui/banner.tsx';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Meter } from '../../../ui/meter.tsx';
import { useApp } from '../../frame/app-context.ts';
import { chooseCompanions, chooseModelFiles } from '../../frame/take-files.ts';
import { workShare, workText } from '../words.ts';
import { ProposalForm } from './proposal-form.tsx';
import '../standing.css';
import './import-dialog.css';

/** From a dropped file to a model of the library: looked through, confirmed, brought in. Closing it gives the import up. */
export function ImportDialog() {
  const { imports } = useApp();
  const state = useImport((store) => store.state);
  return (
    <Dialog title="Import a model" open={state.kind !== 'none'} onOpenChange={(open) => !open && imports.cancel()}>
      <ImportBody />
    </Dialog>
  );
}

function ImportBody() {
  const app = useApp();
  const state = useImport((store) => store.state);
  switch (state.kind) {
    case 'none':
      return null;
    case 'inspecting': {
      const text = workText(state.progress, 'Reading the file…');
      return (
        <div className="import">
          <FileNames files={state.files} />
          <div className="standing" aria-live="polite">
            <span>{text}</span>
            <Meter label={text} share={workShare(state.progress)} />
          </div>
          <div className="import-end">
            <Button onClick={app.imports.cancel}>Cancel</Button>
          </div>
        </div>
      );
    }
    case 'refused': {
      const needsSpec = state.error.code === 'unknown-variant' || state.error.name === 'SpecError';
      return (
        <div className="import">
          <FileNames files={state.files} />
          <Banner tone="danger">{state.error.message}</Banner>
          <p className="quiet">Nothing was changed in the library.</p>
          <div className="import-end">
            {needsSpec && (
              <Button icon={FilePlus} variant="primary" onClick={() => chooseCompanions(app)}>
                Add its spec or config…
              </Button>
            )}
            <Button icon={FolderInput} onClick={() => chooseModelFiles(app)}>
              Choose another file…
            </Button>
            <Button icon={RotateCcw} onClick={app.imports.retry}>
              Try again
            </Button>
            <Button onClick={app.imports.cancel}>Close</Button>
          </div>
        </div>
      );
    }
    case 'proposed':
    case 'importing':
      return (
        <ProposalForm
          key={state.proposal.id}
          proposal={state.proposal}
          error={state.kind === 'proposed' ? state.error : null}
          working={state.kind === 'importing'}
          progress={state.kind === 'importing' ? state.progress : null}
        />
      );
  }
}

function FileNames({ files }: { readonly files: readonly File[] }) {
  return <p className="import-files selectable">{files.map(({ name }) => name).join(', ')}</p>;
}
