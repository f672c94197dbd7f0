import type { MouseEvent } from 'react';
import { useView } from '../../../stores/view.ts';
import { Tip } from '../../../ui/tooltip.tsx';
import './class-pick.css';

interface ClassPickProps {
  /** Class index. */
  readonly index: number;
  readonly label: string;
  /** The likeliest class, which is the target while none is picked. */
  readonly isFirst: boolean;
}

/**
 * A class's name as the way to its attribution: a click makes it the class that is explained, a click with Shift, Ctrl or ⌘
 * (or the button beside it) the one that it is held against.
 */
export function ClassPick({ index, label, isFirst }: ClassPickProps) {
  const attributing = useView((state) => state.view === 'attribution');
  const target = useView((state) => state.target === index || (state.target === null && isFirst));
  const contrast = useView((state) => state.contrast === index);
  const explain = (event: MouseEvent) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey) holdAgainst(index, isFirst);
    else explainClass(index);
  };
  return (
    <span className="class-pick">
      <Tip label={`Show what adds to the logit of ${label}`} side="left">
        <button
          type="button"
          className="class-pick-name"
          aria-pressed={attributing && target}
          data-contrast={(attributing && contrast) || undefined}
          onClick={explain}
        >
          {label}
        </button>
      </Tip>
      {!target && (
        <Tip
          label={contrast && attributing ? 'No longer held against it' : `Why not ${label}? Subtract its logit’s parts`}
        >
          <button
            type="button"
            className="class-pick-against"
            aria-label={`Hold against ${label}`}
            aria-pressed={attributing && contrast}
            onClick={() => holdAgainst(index, isFirst)}
          >
            vs
          </button>
        </Tip>
      )}
    </span>
  );
}

function explainClass(index: number): void {
  const { setTarget, setView } = useView.getState();
  setTarget(index);
  setView('attribution');
}

/** Toggles. The class that is explained cannot be held against itself. */
function holdAgainst(index: number, isFirst: boolean): void {
  const { view, target, contrast, setContrast, setView } = useView.getState();
  if (index === target || (target === null && isFirst)) return;
  setContrast(contrast === index && view === 'attribution' ? null : index);
  setView('attribution');
}
