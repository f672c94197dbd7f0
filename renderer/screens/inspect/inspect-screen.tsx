import { useState } from 'react';
import { DropZone } from '../frame/drop-zone.tsx';
import { Header } from '../frame/header.tsx';
import { NoticeBar } from '../frame/notice-bar.tsx';
import { Palette } from '../frame/palette.tsx';
import { Shortcuts } from '../frame/shortcuts.tsx';
import { useActions } from '../frame/use-actions.ts';
import { useShortcuts } from '../frame/use-shortcuts.ts';
import { Announcer } from './announcer.tsx';
import { EmptyState } from './empty-state.tsx';
import { Panel } from './panel.tsx';
import { Picture } from './picture.tsx';
import { Readout } from './readout.tsx';
import { StageStrip } from './stage-strip.tsx';
import { Tray } from './tray.tsx';
import { useInspection } from './use-inspection.ts';
import './inspect.css';

/** The one screen: tray, picture with its maps, answer. */
export function InspectScreen() {
  const [overlay, setOverlay] = useState<'palette' | 'shortcuts' | null>(null);
  const inspection = useInspection();
  const actions = useActions({
    openPalette: () => setOverlay('palette'),
    openShortcuts: () => setOverlay('shortcuts'),
  });
  useShortcuts(actions);

  return (
    <DropZone>
      <div className="inspect">
        <Header onPalette={() => setOverlay('palette')} onShortcuts={() => setOverlay('shortcuts')} />
        <Tray />
        <main className="stagearea">
          {inspection.image ? <Picture inspection={inspection} image={inspection.image} /> : <EmptyState />}
          <Readout inspection={inspection} />
          <StageStrip inspection={inspection} />
        </main>
        <Panel inspection={inspection} />
      </div>
      <NoticeBar />
      <Announcer inspection={inspection} />
      <Palette
        actions={actions}
        open={overlay === 'palette'}
        onOpenChange={(open) => setOverlay(open ? 'palette' : null)}
      />
      <Shortcuts
        actions={actions}
        open={overlay === 'shortcuts'}
        onOpenChange={(open) => setOverlay(open ? 'shortcuts' : null)}
      />
    </DropZone>
  );
}
