import { Dialog } from '../../ui/dialog.tsx';
import { Keys } from '../../ui/kbd.tsx';
import type { Action, ActionGroup } from './use-actions.ts';
import './shortcuts.css';

interface ShortcutsProps {
  readonly actions: readonly Action[];
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

interface Line {
  readonly title: string;
  readonly keys: readonly string[];
}

/** What the pointer does, which no table of keys would say. */
const POINTER: readonly Line[] = [
  { title: 'Zoom at the pointer', keys: ['wheel'] },
  { title: 'Move the zoomed picture', keys: ['drag'] },
  { title: 'Pin a query; show or release a pin', keys: ['click'] },
  { title: 'Move the query, picture focused', keys: ['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight'] },
  { title: 'Hold a prediction against the explained class', keys: ['shift', 'click'] },
];

const GROUPS: readonly ActionGroup[] = ['Map', 'View', 'Look', 'Picture', 'Export', 'Tray', 'App'];

export function Shortcuts({ actions, open, onOpenChange }: ShortcutsProps) {
  return (
    <Dialog title="Keyboard and pointer" open={open} onOpenChange={onOpenChange}>
      <div className="shortcuts">
        {GROUPS.map((group) => (
          <Group key={group} title={group} lines={actions.filter((each) => each.group === group && each.keys.length)} />
        ))}
        <Group title="Pointer" lines={POINTER} />
      </div>
    </Dialog>
  );
}

function Group({ title, lines }: { readonly title: string; readonly lines: readonly Line[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {lines.map((line) => (
          <div key={line.title}>
            <dt>{line.title}</dt>
            <dd>
              {line.keys.map((keys) => (
                <Keys key={keys} keys={keys} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
