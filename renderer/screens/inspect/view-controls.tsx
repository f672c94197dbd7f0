import { LayoutGrid } from 'lucide-react';
import { memo } from 'react';
import { useMaps } from '../../stores/maps.ts';
import { useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { Tip } from '../../ui/tooltip.tsx';
import { ClassControls } from './class-controls.tsx';
import { Explanation } from './explanation.tsx';
import { HeadChoice } from './head-choice.tsx';
import { noteText } from './map-words.ts';
import { ProjectionControls } from './projection-controls.tsx';
import { QueryControls } from './query-controls.tsx';
import { RolloutControls } from './rollout-controls.tsx';
import type { Scene } from './use-inspection.ts';
import { ViewSwitch } from './view-switch.tsx';
import './view-controls.css';

/** Which map is shown. */
export const ViewControls = memo(function ViewControls({ scene }: { readonly scene: Scene }) {
  const stage = useView((state) => state.stage);
  const block = useView((state) => state.blocks[state.stage] ?? 0);
  const atlas = useView((state) => state.atlas);
  const choose = useView((state) => state.choose);
  return (
    <section aria-label="View">
      <header className="panel-head">
        <h2>View</h2>
        <span className="panel-tools">
          {scene.report && (
            <Tip label="Its name in the exported ONNX model; the official code counts from 0" side="left">
              <span className="quiet mono">
                stage{stage}.block{block}
              </span>
            </Tip>
          )}
          <IconButton
            icon={LayoutGrid}
            label="Atlas of all blocks and heads"
            keys="a"
            aria-pressed={atlas}
            onClick={() => choose({ atlas: !atlas })}
          />
        </span>
      </header>
      <ViewSwitch />
      <Explanation stages={scene.stages} />
      <div className="controls">
        <StandIn stageCount={scene.stages.length} />
        <OfView scene={scene} />
        <HeadChoice stages={scene.stages} />
      </div>
    </section>
  );
});

/** Where the map is another one than the view asks for. */
function StandIn({ stageCount }: { readonly stageCount: number }) {
  const note = useMaps((maps) => maps.large.note);
  const stage = useView((state) => state.stage);
  if (note !== 'received-stands-in') return null;
  return <p className="control-note control-wide">{noteText(note, stage, stageCount)}</p>;
}

function OfView({ scene }: { readonly scene: Scene }) {
  const view = useView((state) => state.view);
  switch (view) {
    case 'query':
      return <QueryControls scene={scene} />;
    case 'rollout':
      return <RolloutControls scene={scene} />;
    case 'attribution':
      return <ClassControls scene={scene} />;
    case 'projection':
      return <ProjectionControls />;
    case 'cls':
    case 'received':
      return null;
  }
}
