import { ExternalLink, Scale } from 'lucide-react';
import { EXTERNAL_LINKS } from '../../shell/shell.ts';
import { useEngine } from '../../stores/engine.ts';
import { useNotices } from '../../stores/notices.ts';
import { toggleOverlay, useOverlay } from '../../stores/overlay.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useApp } from '../frame/app-context.ts';
import { browserName } from './browser-name.ts';
import { CopyDiagnostics } from './copy-diagnostics.tsx';
import './about.css';
import iconUrl from '../../icon.svg?url';

/** What this is, which version of it on what, whose, and where to turn. */
export function AboutDialog() {
  const open = useOverlay(({ overlay }) => overlay === 'about');
  return (
    <Dialog title="About CvT Lens" open={open} onOpenChange={toggleOverlay('about')}>
      <About />
    </Dialog>
  );
}

function About() {
  const { versions } = useApp();
  const device = useEngine((state) => state.device);
  const show = useOverlay((state) => state.show);
  return (
    <div className="about">
      <header className="about-head">
        <img src={iconUrl} width={48} height={48} alt="" />
        <div>
          <h3>CvT Lens {versions.app}</h3>
          <p>What the Convolutional vision Transformer says of a picture, and where each of its stages looked.</p>
        </div>
      </header>
      <dl className="facts selectable">
        <dt>Runs in</dt>
        <dd>{versions.host}</dd>
        <dt>Browser engine</dt>
        <dd>{browserName(navigator.userAgent)}</dd>
        <dt>Runtime</dt>
        <dd>{device?.runtime ?? 'not started yet'}</dd>
        <dt>Licence</dt>
        <dd>MIT</dd>
      </dl>
      <ul className="about-links">
        <Link text="Website and source" url={EXTERNAL_LINKS.website} />
        <Link text="Is there a new version?" url={EXTERNAL_LINKS.releases} />
        <Link text="The CvT paper" url={EXTERNAL_LINKS.paper} />
        <Link text="The official code" url={EXTERNAL_LINKS.officialCode} />
      </ul>
      <p className="quiet">
        Pictures and results never leave this machine. The app asks nobody for anything by itself; links open in your
        browser.
      </p>
      <CopyDiagnostics>
        <Button icon={Scale} onClick={() => show('licences')}>
          Licences of all parts
        </Button>
      </CopyDiagnostics>
    </div>
  );
}

function Link({ text, url }: { readonly text: string; readonly url: string }) {
  const { shell } = useApp();
  const open = () =>
    shell
      .openExternal(url)
      .catch((error: unknown) =>
        useNotices.getState().show(`${url} could not be opened: ${error instanceof Error ? error.message : error}`),
      );
  return (
    <li>
      <button type="button" className="link" onClick={() => void open()}>
        {text}
        <ExternalLink size={12} aria-hidden />
        <span className="visually-hidden">, in your browser</span>
      </button>
    </li>
  );
}
