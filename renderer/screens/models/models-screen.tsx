import { WifiOff } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useLibrary } from '../../stores/library.ts';
import { Banner } from '../../ui/banner.tsx';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { AddModel } from './add-model.tsx';
import { ConvertedPanel } from './converted-panel.tsx';
import { HubPanel } from './hub-panel.tsx';
import { ModelTable } from './model-table.tsx';
import { StoragePanel } from './storage-panel.tsx';
import './models.css';

/** What is on this machine and what can be had, how to bring in more, and where it is kept. */
export function ModelsScreen() {
  const snapshot = useLibrary((store) => store.snapshot);
  const online = useOnline();
  return (
    <div className="page">
      <main className="page-main scrolls" aria-label="Models">
        <div className="page-body models-body">
          {snapshot?.connection === 'lost' && (
            <Banner tone="danger">
              CvT Lens does not answer just now. What stands here may be out of date; it goes on by itself once the app
              is running again.
            </Banner>
          )}
          {snapshot?.problem && <Banner tone="danger">{snapshot.problem.message}</Banner>}
          {!online && (
            <p className="models-offline">
              <WifiOff size={16} aria-hidden />
              This machine is offline. What is installed works; downloads need a connection.
            </p>
          )}
          <ErrorBoundary name="the list of models">
            <ModelTable />
          </ErrorBoundary>
        </div>
      </main>
      <aside className="page-side models-side scrolls" aria-label="Adding and keeping models">
        <ErrorBoundary name="adding and keeping models">
          <AddModel />
          {snapshot && <StoragePanel snapshot={snapshot} />}
          <ConvertedPanel />
          {snapshot && <HubPanel hub={snapshot.hub} />}
        </ErrorBoundary>
      </aside>
    </div>
  );
}

function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      addEventListener('online', changed);
      addEventListener('offline', changed);
      return () => {
        removeEventListener('online', changed);
        removeEventListener('offline', changed);
      };
    },
    () => navigator.onLine,
  );
}
