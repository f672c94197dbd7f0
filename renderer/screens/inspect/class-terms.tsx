import { answerAt, useStudies } from '../../stores/studies.ts';
import { AttributionBars } from './attribution/attribution-bars.tsx';
import type { Scene } from './use-inspection.ts';

/** In the panel: the parts of the logit, those with a place in the picture and those without. */
export function ClassTerms({ scene }: { readonly scene: Scene }) {
  const attributions = useStudies((studies) => answerAt(studies, 'attribution', 0));
  const stage = scene.stages.length - 1;
  const report = scene.stages[stage];
  const [target, contrast] = attributions ?? [];
  if (!target || !report) return null;
  const labels = scene.entry?.labels ?? [];
  const name = (index: number) => labels[index] ?? `class ${index}`;
  const title = contrast ? `${name(target.index)} − ${name(contrast.index)}` : name(target.index);
  return (
    <section aria-label="Parts of the logit">
      <header className="panel-head">
        <h2>Parts of the logit</h2>
        <span className="quiet panel-aside">{title}</span>
      </header>
      <AttributionBars target={target} contrast={contrast ?? null} stage={stage} report={report} name={title} />
    </section>
  );
}
