import { trayRows } from '../../../results/shown-rows.ts';
import type { App } from '../../../start.ts';
import { useNotices } from '../../../stores/notices.ts';
import { useOverview } from '../../../stores/overview.ts';
import type { Action } from '../../frame/use-actions.ts';
import { saveResults } from './results-menu.tsx';

/** Alone, `g` changes where a rollout starts; in the overview there is none, so it leads back. */
export const OVERVIEW_KEY = 'shift+g';

/** What can be done to many pictures. */
export function overviewActions({ queue }: App, open: boolean): readonly Action[] {
  const overview = useOverview.getState;
  return [
    {
      id: 'overview',
      title: open ? 'Back to the picture' : 'Overview of all pictures',
      group: 'Tray',
      keys: open ? [OVERVIEW_KEY, 'g', 'Escape'] : [OVERVIEW_KEY],
      run: () => overview().show(!overview().open),
    },
    {
      id: 'overview-earlier',
      title: 'Results of the last session',
      group: 'Tray',
      keys: [],
      run: () => {
        if (overview().earlier) overview().show(true, 'earlier');
        else useNotices.getState().show('No results of an earlier session are kept.');
      },
    },
    { id: 'queue-pause', title: 'Pause the queue', group: 'Tray', keys: [], run: queue.pause },
    { id: 'queue-resume', title: 'Resume the queue', group: 'Tray', keys: [], run: queue.resume },
    { id: 'queue-cancel', title: 'Cancel all that wait', group: 'Tray', keys: [], run: queue.cancelAll },
    { id: 'queue-retry', title: 'Try all failed again', group: 'Tray', keys: [], run: () => queue.retry('error') },
    {
      id: 'results-csv',
      title: 'Save the shown results as CSV',
      group: 'Export',
      keys: [],
      run: () => saveResults(trayRows().shown, 'csv'),
    },
    {
      id: 'results-json',
      title: 'Save the shown results as JSON',
      group: 'Export',
      keys: [],
      run: () => saveResults(trayRows().shown, 'json'),
    },
  ];
}
