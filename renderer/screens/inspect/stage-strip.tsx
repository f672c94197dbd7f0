import type { StageReport } from '../../engine/protocol.ts';
import { useModel } from '../../stores/model.ts';
import { StageCard } from './stage-card.tsx';
import type { Inspection } from './use-inspection.ts';
import './stage-strip.css';

/** The stages side by side, always in sight: they are the point of the app. */
export function StageStrip({ inspection }: { readonly inspection: Inspection }) {
  const loading = useModel((store) => store.state.kind === 'loading');
  const stages: readonly StageReport[] = inspection.report?.stages ?? [];
  return (
    <section className="strip" aria-label="Stages">
      {stages.map((stage, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place in the network
        <StageCard key={at} at={at} stage={stage} inspection={inspection} shown={inspection.maps[at] ?? null} />
      ))}
      {stages.length === 0 && (
        <p className="strip-none quiet">{loading ? 'The model is being loaded…' : 'No model.'}</p>
      )}
    </section>
  );
}
