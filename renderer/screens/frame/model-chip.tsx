import { ChevronDown, CircleAlert, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { catalogEntry } from '../../../models/catalog.ts';
import { precisionWords } from '../../../models/precision/precision.ts';
import type { ModelReport } from '../../engine/protocol.ts';
import { EXTERNAL_LINKS, type ModelEntry } from '../../shell/shell.ts';
import { entryById, useLibrary } from '../../stores/library.ts';
import { entryOf, type ModelState, useModel } from '../../stores/model.ts';
import { Button } from '../../ui/button.tsx';
import { duration, gridSize, magnitude, megabytes, whole } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { Popover } from '../../ui/popover.tsx';
import { progressShare, progressText } from '../inspect/words.ts';
import { MissingModel } from '../models/missing-model.tsx';
import { shortName, workShare, workText } from '../models/words.ts';
import { useApp } from './app-context.ts';
import { ModelPicker } from './model-picker.tsx';

const TONES = {
  none: 'warn',
  missing: 'warn',
  opening: 'busy',
  loading: 'busy',
  ready: null,
  error: 'danger',
} as const;

/** Which model is chosen, how it stands, and the choice of another. */
export function ModelChip() {
  const state = useModel((store) => store.state);
  const [open, setOpen] = useState(false);
  const fetching = useLibrary(({ snapshot }) => {
    const entry = state.kind === 'missing' ? entryById(snapshot, state.id) : null;
    return entry?.state.kind === 'downloading' || entry?.state.kind === 'verifying';
  });
  const tone = fetching ? 'busy' : TONES[state.kind];
  const name = state.kind === 'none' ? 'No model' : shortName(state);
  return (
    <Popover
      label="Model"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="ghost" className="chip model-chip" aria-label={`Model: ${name}`}>
          {tone && <span className="chip-dot" data-tone={tone} />}
          <span>{name}</span>
          {state.kind === 'ready' && !catalogEntry(state.id) && (
            <span className="quiet chip-detail">{gridSize(state.report.input)}</span>
          )}
          <ChevronDown size={14} aria-hidden className="quiet" />
        </Button>
      }
    >
      <div className="chip-body">
        {state.kind === 'none' ? <p>This installation offers no model.</p> : <About state={state} />}
        <Trouble state={state} />
        {state.kind === 'ready' && <Facts entry={state.entry} report={state.report} />}
        <ModelPicker onChosen={() => setOpen(false)} />
        <Links />
      </div>
    </Popover>
  );
}

function About({ state }: { readonly state: Exclude<ModelState, { kind: 'none' }> }) {
  const note = entryOf(state)?.note ?? catalogEntry(state.id)?.note;
  return (
    <div>
      <h2>{state.title}</h2>
      {note && <p className="selectable">{note}</p>}
    </div>
  );
}

function Trouble({ state }: { readonly state: ModelState }) {
  const { retryModel, stopModel } = useApp();
  const cancel = <Button onClick={stopModel}>Cancel</Button>;
  switch (state.kind) {
    case 'none':
    case 'ready':
      return null;
    case 'missing':
      return <MissingModel id={state.id} title={state.title} />;
    case 'opening': {
      const text = workText(state.progress, 'Checking its weights…');
      return (
        <>
          <Progress text={text} share={workShare(state.progress)} />
          {cancel}
        </>
      );
    }
    case 'loading':
      return (
        <>
          <Progress text={progressText(state.progress, state.title)} share={progressShare(state.progress)} />
          {cancel}
        </>
      );
    case 'error':
      return (
        <>
          <p className="banner selectable" data-tone="danger">
            <CircleAlert size={16} aria-hidden />
            {state.error.message}
          </p>
          <Button icon={RotateCcw} onClick={() => void retryModel()}>
            Try again
          </Button>
        </>
      );
  }
}

function Progress({ text, share }: { readonly text: string; readonly share: number | null }) {
  return (
    <div>
      <p>{text}</p>
      <Meter label={text} share={share} />
    </div>
  );
}

function Facts({ entry, report }: { readonly entry: ModelEntry; readonly report: ModelReport }) {
  const { readMs, buildMs, sessionMs } = report.timings;
  return (
    <dl className="facts">
      <dt>Architecture</dt>
      <dd>
        {report.variant ?? 'own'}, {report.stages.map(({ depth }) => depth).join(' + ')} blocks
      </dd>
      <dt>Classes</dt>
      <dd>{whole(report.numClasses)}</dd>
      <dt>Parameters</dt>
      <dd>{magnitude(report.parameters)}</dd>
      <dt>Multiply-adds</dt>
      <dd>{magnitude(report.multiplyAdds)} a picture</dd>
      <dt>Input</dt>
      <dd>
        {gridSize(report.input)}, {entry.preprocessing.resize.mode === 'shorter' ? 'centre crop' : 'both sides resized'}
      </dd>
      <dt>File</dt>
      <dd>{megabytes(entry.weightsSize)}</dd>
      <dt>Runs in</dt>
      <dd>{precisionWords(report.precision.ran)}</dd>
      <dt>Loaded in</dt>
      <dd>{duration(readMs + buildMs + sessionMs)}</dd>
    </dl>
  );
}

function Links() {
  const { shell } = useApp();
  return (
    <div className="links">
      <button type="button" className="link" onClick={() => void shell.openExternal(EXTERNAL_LINKS.paper)}>
        The CvT paper
      </button>
      <button type="button" className="link" onClick={() => void shell.openExternal(EXTERNAL_LINKS.officialCode)}>
        Official code
      </button>
    </div>
  );
}
