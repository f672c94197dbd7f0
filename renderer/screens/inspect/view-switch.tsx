import { Grid3x3, Inbox, Layers, type LucideIcon, MousePointerClick, Scale, Tag } from 'lucide-react';
import { memo } from 'react';
import { useView, VIEWS, type View } from '../../stores/view.ts';
import { Segments } from '../../ui/segments.tsx';
import { VIEW_NAMES, VIEW_TIPS } from './map-words.ts';

const ICONS: Readonly<Record<View, LucideIcon>> = {
  cls: Tag,
  received: Inbox,
  query: MousePointerClick,
  rollout: Layers,
  attribution: Scale,
  projection: Grid3x3,
};

/** Of each view's name. */
export const VIEW_KEYS: Readonly<Record<View, string>> = {
  cls: 'c',
  received: 'r',
  query: 'q',
  rollout: 'u',
  attribution: 'x',
  projection: 'p',
};

/** The six views, all in sight. */
export const ViewSwitch = memo(function ViewSwitch() {
  const view = useView((state) => state.view);
  const setView = useView((state) => state.setView);
  return (
    <Segments
      label="View"
      columns={3}
      value={view}
      options={VIEWS.map((value) => ({
        value,
        text: VIEW_NAMES[value],
        icon: ICONS[value],
        tip: VIEW_TIPS[value],
        keys: VIEW_KEYS[value],
      }))}
      onChange={setView}
    />
  );
});
