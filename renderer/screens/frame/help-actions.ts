import { toErrorMessage } from '../../../models/errors.ts';
import { EXTERNAL_LINKS } from '../../shell/shell.ts';
import type { App } from '../../start.ts';
import { useNotices } from '../../stores/notices.ts';
import { useOverlay } from '../../stores/overlay.ts';
import { useRecents } from '../../stores/recents.ts';
import { useSettings } from '../../stores/settings.ts';
import { copyDiagnostics } from '../about/copy-diagnostics.tsx';
import type { Action } from './use-actions.ts';

type Parts = Pick<App, 'shell' | 'versions' | 'chooseDevice'>;

/** About the app itself: what it is, what it runs on, where to turn. */
export function helpActions(app: Parts): readonly Action[] {
  const { shell, chooseDevice } = app;
  const action = (id: string, title: string, run: () => void): Action => ({ id, title, group: 'App', keys: [], run });
  const overlay = useOverlay.getState().show;
  const { show } = useNotices.getState();
  const tell = (error: unknown) => show(toErrorMessage(error).message);
  const link = (url: string) => () => void shell.openExternal(url).catch(tell);
  return [
    action('engine-restart', 'Start the engine again', () => void chooseDevice(useSettings.getState().device)),
    ...(shell.desktop
      ? [action('recent-clear', 'Clear the list of recent files', () => void clearRecents(app).catch(tell))]
      : []),
    action('diagnostics', 'Copy diagnostics', () => {
      copyDiagnostics(app).then(() => show('Diagnostics are on the clipboard, without folders.'), tell);
    }),
    action('website', 'Website and source', link(EXTERNAL_LINKS.website)),
    action('new-version', 'Is there a new version?', link(EXTERNAL_LINKS.releases)),
    action('paper', 'The CvT paper', link(EXTERNAL_LINKS.paper)),
    action('licences', 'Licences of all parts', () => overlay('licences')),
    action('about', 'About CvT Lens', () => overlay('about')),
  ];
}

async function clearRecents({ shell }: Parts): Promise<void> {
  const many = useRecents.getState().files?.length ?? 0;
  await shell.desktop?.recents.clear();
  useNotices
    .getState()
    .show(many === 0 ? 'The list of recent files was empty.' : 'The list of recent files is empty now.');
}
