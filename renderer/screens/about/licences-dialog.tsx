import { useEffect, useState } from 'react';
import { toggleOverlay, useOverlay } from '../../stores/overlay.ts';
import { Banner } from '../../ui/banner.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { whole } from '../../ui/format.ts';
import { TextField } from '../../ui/text-field.tsx';
import { fetchNotices, findNotices, type Notice } from './notices.ts';
import './about.css';

/** The licences of all that is shipped with the app, each with its text. */
export function LicencesDialog() {
  const open = useOverlay(({ overlay }) => overlay === 'licences');
  return (
    <Dialog title="Licences of all parts" open={open} onOpenChange={toggleOverlay('licences')}>
      <Licences />
    </Dialog>
  );
}

type Reading =
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly notices: readonly Notice[] }
  | { readonly kind: 'failed'; readonly text: string };

function Licences() {
  const [reading, setReading] = useState<Reading>({ kind: 'reading' });
  const [search, setSearch] = useState('');
  useEffect(() => {
    fetchNotices().then(
      (notices) => setReading({ kind: 'read', notices }),
      (error: unknown) => setReading({ kind: 'failed', text: error instanceof Error ? error.message : String(error) }),
    );
  }, []);
  if (reading.kind === 'reading') return <p>Reading the licences…</p>;
  if (reading.kind === 'failed') return <Banner tone="danger">{reading.text}</Banner>;
  const found = findNotices(reading.notices, search);
  return (
    <div className="licences">
      <p>
        CvT Lens itself is under the MIT licence. It contains {whole(reading.notices.length)} parts of others;
        Electron’s and Chromium’s own licences lie beside the installed app.
      </p>
      <TextField label="Search by name or licence" value={search} onChange={setSearch} />
      <p className="visually-hidden" role="status">
        {found.length === 1 ? '1 part' : `${whole(found.length)} parts`}
      </p>
      {found.length === 0 && <p className="quiet">No part by that name or licence.</p>}
      <ul>
        {found.map((notice) => (
          <li key={`${notice.name} ${notice.version}`}>
            <Part notice={notice} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The text is put on the page only when it is looked at: all of them are hundreds of kilobytes. */
function Part({ notice }: { readonly notice: Notice }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span>{notice.name}</span>
        <span className="quiet">{notice.version}</span>
        <span className="licence-name">{notice.licence}</span>
      </summary>
      {open && <pre className="selectable">{notice.text}</pre>}
    </details>
  );
}
