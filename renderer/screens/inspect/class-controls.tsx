import { ArrowLeftRight, X } from 'lucide-react';
import { targetOf } from '../../pipeline/wishes.ts';
import { useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/segments.tsx';
import type { Scene } from './use-inspection.ts';

const BLOCKS = [
  { value: 'all', text: 'all summed', tip: 'What all blocks of the last stage add', keys: 'b' },
  { value: 'one', text: 'one block', tip: 'What the block adds that the last stage stands on', keys: 'b' },
] as const;

/** Whose logit is taken apart, what it is held against, and in which blocks. Rows of the predictions choose the classes. */
export function ClassControls({ scene }: { readonly scene: Scene }) {
  const chosen = useView((state) => state.target);
  const contrast = useView((state) => state.contrast);
  const attributionBlock = useView((state) => state.attributionBlock);
  const { choose, setTarget, setContrast } = useView.getState();
  const target = targetOf(scene, { target: chosen });
  const labels = scene.entry?.labels ?? [];
  const name = (index: number) => labels[index] ?? `class ${index}`;
  const swap = () => {
    if (contrast === null || target === null) return;
    setContrast(null);
    setTarget(contrast);
    setContrast(target);
  };
  return (
    <>
      <span className="control-name">Class</span>
      <span className="class-choice">
        <strong title={target === null ? undefined : name(target)}>
          {target === null ? 'none yet' : name(target)}
        </strong>
        {chosen === null ? (
          <span className="quiet">likeliest</span>
        ) : (
          <IconButton icon={X} label="Follow the likeliest class again" onClick={() => setTarget(null)} />
        )}
      </span>
      <span className="control-name">Against</span>
      {contrast === null ? (
        <span className="quiet control-text">nothing; press vs at a prediction</span>
      ) : (
        <span className="class-choice">
          <strong title={name(contrast)}>{name(contrast)}</strong>
          <IconButton icon={ArrowLeftRight} label="Swap the two classes" onClick={swap} />
          <IconButton icon={X} label="Hold it against nothing" onClick={() => setContrast(null)} />
        </span>
      )}
      <span className="control-name">Blocks</span>
      <Segments
        label="Blocks"
        value={attributionBlock}
        options={BLOCKS}
        onChange={(next) => choose({ attributionBlock: next })}
      />
    </>
  );
}
