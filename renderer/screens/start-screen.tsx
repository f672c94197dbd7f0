import { useEffect, useState } from 'react';
import { type ErrorMessage, toErrorMessage } from '../../models/errors.ts';
import type { Shell } from '../shell/shell.ts';
import { type App, startApp } from '../start.ts';
import { useSettings } from '../stores/settings.ts';
import { Button } from '../ui/button.tsx';
import { ErrorBoundary } from '../ui/error-boundary.tsx';
import { useTheme } from '../ui/hooks/use-theme.ts';
import { TooltipProvider } from '../ui/tooltip.tsx';
import { AppContext } from './frame/app-context.ts';
import { AppFrame } from './frame/app-frame.tsx';
import './start-screen.css';

type Start =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly app: App }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/** Connects to the machine, which takes a moment, then hands over to the app. */
export function StartScreen({ shell }: { readonly shell: Shell }) {
  const [start, setStart] = useState<Start>({ kind: 'starting' });
  useTheme(useSettings((settings) => settings.theme));

  useEffect(() => {
    startApp(shell).then(
      (app) => setStart({ kind: 'ready', app }),
      (error: unknown) => setStart({ kind: 'failed', error: toErrorMessage(error) }),
    );
  }, [shell]);

  switch (start.kind) {
    case 'starting':
      return <p className="start-screen start-wait">Starting…</p>;
    case 'failed':
      return (
        <main className="start-screen" role="alert">
          <h1>CvT Lens could not start</h1>
          <p className="selectable">{start.error.message}</p>
          <Button variant="primary" onClick={() => location.reload()}>
            Try again
          </Button>
        </main>
      );
    case 'ready':
      return (
        <AppContext value={start.app}>
          <TooltipProvider delayDuration={450} skipDelayDuration={200}>
            <ErrorBoundary name="the window" kind="window">
              <AppFrame />
            </ErrorBoundary>
          </TooltipProvider>
        </AppContext>
      );
  }
}
