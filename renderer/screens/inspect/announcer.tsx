import { describeMap } from '../../../models/attention/map-summary.ts';
import { type ModelState, useModel } from '../../stores/model.ts';
import { useView } from '../../stores/view.ts';
import { percent } from '../../ui/format.ts';
import type { Inspection } from './use-inspection.ts';
import { useTopPrediction } from './use-top-prediction.ts';
import { mapTitle } from './words.ts';

/** Says to screen readers: the answer when it comes, the map when another one is chosen, the model when it is ready. */
export function Announcer({ inspection }: { readonly inspection: Inspection }) {
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

function useMapText({ maps, report }: Inspection): string {
  const stage = useView((state) => state.stage);
  const pinned = useView((state) => state.activePin !== null);
  const shown = maps[stage];
  const heads = report?.stages[stage]?.heads;
  if (!shown || !heads) return '';
  // A row that follows the pointer would be talked about without end.
  if (shown.map.kind === 'row' && !pinned) return '';
  const name = `Stage ${stage + 1}, block ${shown.map.block + 1}: ${mapTitle(shown.map, heads)}.`;
  return `${name} ${describeMap(shown.map.summary)}`;
}
