import { toggleOverlay, useOverlay } from '../../stores/overlay.ts';
import { type ScreenName, useScreen } from '../../stores/screen.ts';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { AboutDialog } from '../about/about-dialog.tsx';
import { LicencesDialog } from '../about/licences-dialog.tsx';
import { CompareScreen } from '../compare/compare-screen.tsx';
import { EvaluateScreen } from '../evaluate/evaluate-screen.tsx';
import { Announcements } from '../inspect/announcer.tsx';
import { RecipeDialog } from '../inspect/export/recipe-dialog.tsx';
import { InspectScreen } from '../inspect/inspect-screen.tsx';
import { ImportDialog } from '../models/import/import-dialog.tsx';
import { ModelsScreen } from '../models/models-screen.tsx';
import { DropZone } from './drop-zone.tsx';
import { Header } from './header.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { Palette } from './palette.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { useActions } from './use-actions.ts';
import { useDesktop } from './use-desktop.ts';
import { useShortcuts } from './use-shortcuts.ts';
import './app-frame.css';

const SCREENS: Readonly<Record<ScreenName, string>> = {
  inspect: 'the Inspect screen',
  compare: 'the Compare screen',
  evaluate: 'the Evaluate screen',
  models: 'the Models screen',
};

/** The window: header, the screen in front, and what may stand over any of them. */
export function AppFrame() {
  const screen = useScreen((state) => state.screen);
  const { overlay, show } = useOverlay();
  const actions = useActions();
  useShortcuts(actions);
  useDesktop(actions);

  return (
    <DropZone>
      <div className="frame">
        <ErrorBoundary name="the header">
          <Header actions={actions} onPalette={() => show('palette')} onShortcuts={() => show('shortcuts')} />
        </ErrorBoundary>
        <ErrorBoundary key={screen} name={SCREENS[screen]}>
          {screen === 'inspect' && <InspectScreen />}
          {screen === 'compare' && <CompareScreen />}
          {screen === 'evaluate' && <EvaluateScreen />}
          {screen === 'models' && <ModelsScreen />}
        </ErrorBoundary>
      </div>
      <NoticeBar />
      <Announcements />
      <ErrorBoundary name="the import">
        <ImportDialog />
      </ErrorBoundary>
      <ErrorBoundary name="the recipe">
        <RecipeDialog />
      </ErrorBoundary>
      <ErrorBoundary name="the palette" kind="silent" resetOn={overlay}>
        <Palette actions={actions} open={overlay === 'palette'} onOpenChange={toggleOverlay('palette')} />
        <Shortcuts actions={actions} open={overlay === 'shortcuts'} onOpenChange={toggleOverlay('shortcuts')} />
        <AboutDialog />
        <LicencesDialog />
      </ErrorBoundary>
    </DropZone>
  );
}
