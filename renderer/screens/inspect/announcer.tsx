import { useEffect, useState } from 'react';
import { describeMap } from '../../../models/attention/describe-map.ts';
import { largeMap, useMaps } from '../../stores/maps.ts';
import { type ModelState, useModel } from '../../stores/model.ts';
import { useView } from '../../stores/view.ts';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { percent } from '../../ui/format.ts';
import { asksQuery } from './query-place.ts';
import { type Inspection, useInspection } from './use-inspection.ts';
import { useTopPrediction } from './use-top-prediction.ts';

/** Says to screen readers: the answer when it comes, the map when another one is chosen, the model when it is ready. */
export function Announcements() {
  const { inspection } = useInspection();
  return (
    <ErrorBoundary name="the announcements" kind="silent" resetOn={inspection.image?.id}>
      <Announcer inspection={inspection} />
    </ErrorBoundary>
  );
}

function Announcer({ inspection }: { readonly inspection: Inspection }) {
  const { image } = inspection;
  const top = useTopPrediction(image);
  let result = '';
  if (image?.status.kind === 'error') result = image.status.error.message;
  else if (image && top) result = `${image.name}: ${top.label}, ${percent(top.probability)}.`;
  return (
    <div className="visually-hidden">
      <p aria-live="polite" data-testid="spoken-result">
        {result}
      </p>
      <p aria-live="polite" data-testid="spoken-model">
        {useModel(({ state }) => modelText(state))}
      </p>
      <p aria-live="polite" data-testid="spoken-map">
        {useMapText(inspection)}
      </p>
    </div>
  );
}

/** Only what lasts: progress would be talked about without end. */
function modelText(state: ModelState): string {
  if (state.kind === 'ready') return `${state.title} is ready.`;
  if (state.kind === 'missing') return `${state.title} is not on this machine.`;
  return state.kind === 'error' ? `${state.title}: ${state.error.message}` : '';
}

/** Somebody who walks along blocks wants to hear of the one that they stop at. */
const SETTLED_MS = 400;

function useMapText({ analysis, entry }: Inspection): string {
  const [text, setText] = useState('');
  const runId = analysis?.runId;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let due = 0;
    // One timer that goes on: a pointer changes the stores several times a step.
    const settle = () => {
      due = performance.now() + SETTLED_MS;
      timer ??= setTimeout(speak, SETTLED_MS);
    };
    const speak = () => {
      const left = due - performance.now();
      timer = left > 0 ? setTimeout(speak, left) : null;
      if (timer === null) setText(mapText(runId, entry?.labels ?? []));
    };
    settle();
    const ends = [useMaps.subscribe(settle), useView.subscribe(settle)];
    return () => {
      for (const end of ends) end();
      if (timer !== null) clearTimeout(timer);
    };
  }, [runId, entry]);
  return text;
}

function mapText(runId: string | undefined, labels: readonly string[]): string {
  const shown = largeMap();
  const view = useView.getState();
  // A map that follows the pointer would be talked about without end.
  if (!shown || shown.runId !== runId || (asksQuery(view) && view.activePin === null)) return '';
  const { target, contrast } = shown.map.classes ?? { target: null, contrast: null };
  const named = (index: number | null) => (index === null ? undefined : labels[index]);
  const names = { target: named(target), contrast: named(contrast) };
  return describeMap(shown.map, {
    ...(names.target !== undefined && { target: names.target }),
    ...(names.contrast !== undefined && { contrast: names.contrast }),
  });
}
