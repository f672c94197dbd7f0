import { type FormEvent, useState } from 'react';
import type { ErrorMessage } from '../../../../models/errors.ts';
import type { ImportChoices, ImportProposal, WorkProgress } from '../../../shell/model-library.ts';
import { entryById, useLibrary } from '../../../stores/library.ts';
import { useNotices } from '../../../stores/notices.ts';
import { useScreen } from '../../../stores/screen.ts';
import { Banner } from '../../../ui/banner.tsx';
import { Button } from '../../../ui/button.tsx';
import { Meter } from '../../../ui/meter.tsx';
import { Segments } from '../../../ui/segments.tsx';
import { Select } from '../../../ui/select.tsx';
import { TextField } from '../../../ui/text-field.tsx';
import { useApp } from '../../frame/app-context.ts';
import { chooseCompanions } from '../../frame/take-files.ts';
import { ACTIVATIONS, activationReason, labelSourceText, workShare, workText } from '../words.ts';
import { readSize, sizeText } from './input-size.ts';
import { ProposalFacts } from './proposal-facts.tsx';
import { SizeChoice } from './size-choice.tsx';

interface ProposalFormProps {
  readonly proposal: ImportProposal;
  /** What the last attempt ended with. */
  readonly error: ErrorMessage | null;
  readonly working: boolean;
  readonly progress: WorkProgress | null;
}

/** What the file turned out to be, and what only the user can know of it. */
export function ProposalForm({ proposal, error, working, progress }: ProposalFormProps) {
  const app = useApp();
  const { facts, labelChoices } = proposal;
  const [title, setTitle] = useState(proposal.title);
  const [size, setSize] = useState(sizeText({ rows: facts.preprocessing.height, cols: facts.preprocessing.width }));
  const [activation, setActivation] = useState(proposal.activation);
  const [labels, setLabels] = useState(labelChoices[0]?.source ?? 'index');
  const [place, setPlace] = useState(proposal.places[0] ?? 'copy');
  const read = readSize(size, facts.spec);
  const canImport = !working && read.kind === 'size' && title.trim() !== '';

  const submit = async (use: boolean) => {
    if (read.kind !== 'size') return;
    const choices: ImportChoices = { title: title.trim(), size: read.size, activation, labels, place };
    const id = await app.imports.confirm(choices);
    if (id === null) return;
    if (use) {
      useScreen.getState().show('inspect');
      return app.chooseModel(id);
    }
    const action = { label: 'Use it', run: () => void app.chooseModel(id) };
    useNotices.getState().show(`${choices.title} is in the library.`, action);
  };

  return (
    <form
      className="import"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void submit(true);
      }}
    >
      <ProposalFacts proposal={proposal} />
      <AlreadyThere proposal={proposal} />
      {proposal.notes.map((note) => (
        <Banner key={note}>{note}</Banner>
      ))}
      <fieldset className="import-choices" disabled={working}>
        <TextField
          label="Name"
          value={title}
          problem={title.trim() === '' ? 'Give it a name.' : null}
          onChange={setTitle}
        />
        <SizeChoice value={size} read={read} onChange={setSize} />
        <div className="import-choice">
          <span>Class names</span>
          <Select
            label="Class names"
            value={labels}
            options={labelChoices.map(({ source }) => ({ value: source, text: labelSourceText(source, proposal) }))}
            onChange={setLabels}
          />
          <p className="import-hint">
            {labels === 'index'
              ? `By number, 0 to ${facts.numClasses - 1}. `
              : sampleOf(labelChoices.find(({ source }) => source === labels)?.labels ?? [])}
            {proposal.files.labels === null && proposal.files.spec === null && (
              <button type="button" className="link" onClick={() => chooseCompanions(app)}>
                Add a config or labels…
              </button>
            )}
          </p>
        </div>
        <div className="import-choice">
          <span>Activation</span>
          <Segments
            label="Activation"
            value={activation}
            options={[
              { value: 'quick_gelu', text: ACTIVATIONS.quick_gelu },
              { value: 'gelu', text: ACTIVATIONS.gelu },
            ]}
            onChange={setActivation}
          />
          <p className="import-hint">{activationReason(proposal, activation)}</p>
        </div>
        <div className="import-choice">
          <span>Weights</span>
          {proposal.places.length > 1 && (
            <Segments
              label="Weights"
              value={place}
              options={[
                { value: 'reference', text: 'Use where they lie' },
                { value: 'copy', text: 'Copy into the library' },
              ]}
              onChange={setPlace}
            />
          )}
          <p className="import-hint">{placeText(proposal, place)}</p>
        </div>
      </fieldset>
      {error && <Banner tone="danger">{error.message}</Banner>}
      {working && (
        <div className="standing" aria-live="polite">
          <span>{workText(progress, 'Importing…')}</span>
          <Meter label={workText(progress, 'Importing…')} share={workShare(progress)} />
        </div>
      )}
      <div className="import-end">
        <Button onClick={app.imports.cancel}>Cancel</Button>
        <Button disabled={!canImport} onClick={() => void submit(false)}>
          Import
        </Button>
        <Button type="submit" variant="primary" disabled={!canImport}>
          Import and use
        </Button>
      </div>
    </form>
  );
}

function AlreadyThere({ proposal }: { readonly proposal: ImportProposal }) {
  const app = useApp();
  const twin = useLibrary(({ snapshot }) =>
    proposal.alreadyThere === null ? null : entryById(snapshot, proposal.alreadyThere),
  );
  if (!twin) return null;
  const use = () => {
    app.imports.cancel();
    useScreen.getState().show('inspect');
    void app.chooseModel(twin.id);
  };
  return (
    <Banner actions={<Button onClick={use}>Use that one</Button>}>
      The library has the same weights already, as {twin.title}.
    </Banner>
  );
}

/** The first few names, so that the right list is known by sight. */
function sampleOf(labels: readonly string[]): string {
  const shown = labels.slice(0, 4).join(', ');
  return `${labels.length}: ${shown}${labels.length > 4 ? ', …' : ''} `;
}

function placeText({ needsCopy, whyNoReference, files }: ImportProposal, place: 'reference' | 'copy'): string {
  if (needsCopy)
    return `${files.checkpoint} has to be decoded once; the library keeps that copy, and the file is not needed again.`;
  if (whyNoReference === 'browser') return 'A browser page cannot name a file’s place, so the library keeps a copy.';
  return place === 'reference'
    ? 'Takes no room. If the file is moved or changed, you are asked for it again.'
    : 'The file itself is not needed again.';
}
