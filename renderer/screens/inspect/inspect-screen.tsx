import { useState } from 'react';
import { Announcer } from './announcer.tsx';
import { DropZone } from './drop-zone.tsx';
import { EmptyState } from './empty-state.tsx';
import { Header } from './header.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { Palette } from './palette.tsx';
import { Panel } from './panel.tsx';
import { Picture } from './picture.tsx';
import { Readout } from './readout.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { StageStrip } from './stage-strip.tsx';
import { Tray } from './tray.tsx';
import { useActions } from './use-actions.ts';
import { useInspection } from './use-inspection.ts';
import { useShortcuts } from './use-shortcuts.ts';
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
