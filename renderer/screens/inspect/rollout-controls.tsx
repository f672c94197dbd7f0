import { answerAt, useStudies } from '../../stores/studies.ts';
import { useView } from '../../stores/view.ts';
import { percent } from '../../ui/format.ts';
import { Segments } from '../../ui/segments.tsx';
import { PinList } from './query-controls.tsx';
import type { Scene } from './use-inspection.ts';

const SPREADS = [
  { value: 'uniform', text: 'even', tip: 'A key’s mass goes evenly to the tokens under its window', keys: 'w' },
  {
    value: 'weighted',
    text: 'by weights',
    tip: 'A key’s mass goes to its tokens by the size of the value convolution’s weights',
    keys: 'w',
  },
] as const;

/** Where the rollout starts, how it is spread, what is shown large, and what stayed with class tokens. */
export function RolloutControls({ scene }: { readonly scene: Scene }) {
  const rolloutFrom = useView((state) => state.rolloutFrom);
  const rolloutOn = useView((state) => state.rolloutOn);
  const spread = useView((state) => state.spread);
  const stage = useView((state) => state.stage);
  const choose = useView((state) => state.choose);
  const last = scene.stages.at(-1);
  const hasCls = last?.grids.cls === 1;
  return (
    <>
      <span className="control-name">From</span>
      <Segments
        label="From"
        value={rolloutFrom}
        options={[
          {
            value: 'answer',
            text: hasCls ? 'class token' : 'mean token',
            tip: 'From what the classifier reads, back to the pixels',
            keys: 'g',
          },
          { value: 'query', text: 'query', tip: 'From a token of the last stage, back to the pixels', keys: 'g' },
        ]}
        onChange={(next) => choose({ rolloutFrom: next })}
      />
      {rolloutFrom === 'query' && <PinList scene={scene} />}
      <span className="control-name">Large</span>
      <Segments
        label="Shown large"
        value={rolloutOn}
        options={[
          { value: 'pixels', text: 'pixels', tip: 'What arrives at the pixels of the network’s input', keys: 'j' },
          { value: 'tokens', text: `stage ${stage + 1}`, tip: 'What arrives at a stage’s first tokens', keys: 'j' },
        ]}
        onChange={(next) => choose({ rolloutOn: next })}
      />
      <span className="control-name">Spread</span>
      <Segments label="Spread" value={spread} options={SPREADS} onChange={(next) => choose({ spread: next })} />
      <Kept />
    </>
  );
}

/** The mass that stayed put: a class token passes nothing on to the stage before. */
function Kept() {
  const rollout = useStudies((studies) => answerAt(studies, 'rollout', 0));
  const kept = rollout?.stages.filter(({ clsMass }) => clsMass > 0) ?? [];
  if (kept.length === 0) return null;
  return (
    <p className="control-note">
      {kept.map(({ stage, clsMass }) => (
        <span key={stage}>
          {percent(clsMass)} stayed with the class token of stage {stage + 1}.{' '}
        </span>
      ))}
    </p>
  );
}
