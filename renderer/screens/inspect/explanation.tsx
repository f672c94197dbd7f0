import { ChevronDown, CircleHelp } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import { memo, useState } from 'react';
import type { StageReport } from '../../engine/protocol.ts';
import { kindIn } from '../../pipeline/wishes.ts';
import { useView } from '../../stores/view.ts';
import { COMPONENT_FACTS, EXPLANATIONS, MAP_FACTS } from './map-words.ts';

/** The unit in a few words, and a click away what the map's numbers are and what they do not say. */
export const Explanation = memo(function Explanation({ stages }: { readonly stages: readonly StageReport[] }) {
  const view = useView((state) => state.view);
  const stage = useView((state) => state.stage);
  const direction = useView((state) => state.direction);
  const [open, setOpen] = useState(false);
  const cls = stages[stage]?.grids.cls ?? 0;
  const subject = kindIn({ view, direction }, cls) ?? (view === 'rollout' ? 'rollout' : 'projection');
  const colored = useView((state) => state.view === 'projection' && state.projectionShow === 'components');
  const facts = colored ? COMPONENT_FACTS : MAP_FACTS[subject];
  return (
    <Collapsible.Root open={open} onOpenChange={setOpen} className="view-facts">
      <Collapsible.Trigger className="view-facts-toggle" aria-label={`What am I seeing? ${facts}`}>
        <CircleHelp size={14} aria-hidden />
        <span>{facts}</span>
        <ChevronDown size={14} aria-hidden />
      </Collapsible.Trigger>
      <Collapsible.Content>
        <p className="selectable" data-testid="explanation">
          {EXPLANATIONS[subject]}
        </p>
      </Collapsible.Content>
    </Collapsible.Root>
  );
});
