import { ChevronDown, CircleAlert, RotateCcw } from 'lucide-react';
import type { ModelReport } from '../../engine/protocol.ts';
import { EXTERNAL_LINKS, type ModelEntry } from '../../shell/shell.ts';
import { type ModelState, useModel } from '../../stores/model.ts';
import { Button } from '../../ui/button.tsx';
import { duration, gridSize, magnitude, megabytes } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { Popover } from '../../ui/popover.tsx';
import { Segments } from '../../ui/segments.tsx';
import { progressShare, progressText } from '../inspect/words.ts';
import { useApp } from './app-context.ts';

const TONES = { none: 'warn', loading: 'busy', ready: null, error: 'danger' } as const;

/** Which model is loaded, what it is for, and its trouble if it has any. */
export function ModelChip() {
  const { entries, state } = useModel();
  const tone = TONES[state.kind];
  return (
    <Popover
      label="Model"
      trigger={
        <Button variant="ghost" className="chip">
          {tone && <span className="chip-dot" data-tone={tone} />}
          <span>{state.kind === 'none' ? 'No model' : state.entry.title}</span>
          {state.kind === 'ready' && <span className="quiet chip-detail">{gridSize(state.report.input)}</span>}
          <ChevronDown size={14} aria-hidden className="quiet" />
        </Button>
      }
    >
      <div className="chip-body">
        {state.kind === 'none' ? <p>This installation offers no model.</p> : <About entry={state.entry} />}
        <Trouble state={state} />
        {state.kind === 'ready' && <Facts entry={state.entry} report={state.report} />}
        {entries.length > 1 && state.kind !== 'none' && <Choice entries={entries} chosen={state.entry.id} />}
        <Links />
      </div>
    </Popover>
  );
}

function About({ entry }: { readonly entry: ModelEntry }) {
  return (
    <>
      <h2>{entry.title}</h2>
      <p className="selectable">{entry.note}</p>
    </>
  );
}

function Trouble({ state }: { readonly state: ModelState }) {
  const { retryModel } = useApp();
  if (state.kind === 'loading') {
    const text = progressText(state.progress, state.entry.title);
    return (
      <div>
        <p>{text}</p>
        <Meter label={text} share={progressShare(state.progress)} />
      </div>
    );
  }
  if (state.kind !== 'error') return null;
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

function Facts({ entry, report }: { readonly entry: ModelEntry; readonly report: ModelReport }) {
  const { readMs, buildMs, sessionMs } = report.timings;
  return (
    <dl className="facts">
      <dt>Architecture</dt>
      <dd>{report.variant ?? 'no published variant'}</dd>
      <dt>Blocks</dt>
      <dd>
        {report.stages.map(({ depth }) => depth).join(' + ')} in {report.stages.length} stages
      </dd>
      <dt>Classes</dt>
      <dd>{report.numClasses}</dd>
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
      <dt>Loaded in</dt>
      <dd>{duration(readMs + buildMs + sessionMs)}</dd>
    </dl>
  );
}

function Choice({ entries, chosen }: { readonly entries: readonly ModelEntry[]; readonly chosen: string }) {
  const { chooseModel } = useApp();
  return (
    <Segments
      label="Model"
      value={chosen}
      options={entries.map(({ id, title }) => ({ value: id, text: title }))}
      onChange={(id) => void chooseModel(id)}
    />
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
