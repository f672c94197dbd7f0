import { ChevronDown, CircleHelp } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import { useEffect, useRef, useState } from 'react';
import { mapKind } from '../../pipeline/stage-map.ts';
import { useView } from '../../stores/view.ts';
import type { Inspection } from './use-inspection.ts';
import { EXPLANATIONS } from './words.ts';

/** What the map's numbers are and what they do not say, a click away. */
export function Explanation({ inspection }: { readonly inspection: Inspection }) {
  const view = useView((state) => state.view);
  const stage = useView((state) => state.stage);
  const report = inspection.report?.stages[stage];
  const [open, setOpen] = useState(false);
  const section = useRef<HTMLElement>(null);

  // At the panel's end it would open out of sight in a low window.
  useEffect(() => {
    if (open) section.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);

  if (!report) return null;
  return (
    <section ref={section} className="explanation">
      <Collapsible.Root open={open} onOpenChange={setOpen}>
        <Collapsible.Trigger className="explanation-toggle">
          <CircleHelp size={16} aria-hidden />
          What am I seeing?
          <ChevronDown size={14} aria-hidden />
        </Collapsible.Trigger>
        <Collapsible.Content>
          <p className="selectable">{EXPLANATIONS[mapKind(view, report)]}</p>
        </Collapsible.Content>
      </Collapsible.Root>
    </section>
  );
}
