import { RotateCcw } from 'lucide-react';
import { memo } from 'react';
import type { StageReport } from '../../engine/protocol.ts';
import { useModel } from '../../stores/model.ts';
import { Button } from '../../ui/button.tsx';
import { Meter } from '../../ui/meter.tsx';
import { useApp } from '../frame/app-context.ts';
import { MissingModel } from '../models/missing-model.tsx';
import { workText } from '../models/words.ts';
import { StageCard } from './stage-card.tsx';
import type { Scene } from './use-inspection.ts';
import { progressShare, progressText } from './words.ts';
import './stage-strip.css';

interface StageStripProps {
  readonly scene: Scene;
  readonly hasImage: boolean;
}

/** The stages side by side, always in sight: they are the point of the app. */
export const StageStrip = memo(function StageStrip({ scene, hasImage }: StageStripProps) {
  const stages: readonly StageReport[] = scene.stages;
  return (
    <section className="strip" aria-label="Stages">
      {stages.map((stage, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place in the network
        <StageCard key={at} at={at} stage={stage} scene={scene} />
      ))}
      {stages.length === 0 && <NoStages hasImage={hasImage} />}
    </section>
  );
});

/** Until the model is there. */
function NoStages({ hasImage }: { readonly hasImage: boolean }) {
  const { retryModel } = useApp();
  const state = useModel((store) => store.state);
  switch (state.kind) {
    case 'loading': {
      const text = progressText(state.progress, state.title);
      return (
        <div className="strip-none">
          <p>{text}</p>
          <Meter label={text} share={progressShare(state.progress)} />
        </div>
      );
    }
    case 'opening':
      return <p className="strip-none">{workText(state.progress, `Checking ${state.title}…`)}</p>;
    case 'missing':
      // Over the picture stands what there is to do.
      if (hasImage) return <p className="strip-none">The stages stand here once {state.title} is on this machine.</p>;
      return (
        <div className="strip-none">
          <MissingModel id={state.id} title={state.title} named />
        </div>
      );
    case 'error':
      return (
        <div className="strip-none" role="alert">
          <p className="selectable">{state.error.message}</p>
          <Button icon={RotateCcw} onClick={() => void retryModel()}>
            Load the model again
          </Button>
        </div>
      );
    case 'ready':
    case 'none':
      return <p className="strip-none">This installation offers no model.</p>;
  }
}
