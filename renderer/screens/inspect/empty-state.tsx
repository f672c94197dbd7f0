import { FolderOpen, ImagePlus } from 'lucide-react';
import { entryOf, useModel } from '../../stores/model.ts';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../frame/app-context.ts';
import { FirstModel } from '../models/first-model.tsx';
import { addSamples, choosePictures } from './add-pictures.ts';
import './empty-state.css';

/** No picture yet: how to bring one, and samples that need only a click. */
export function EmptyState() {
  const { samples } = useApp();
  const note = useModel((store) => entryOf(store.state)?.note);
  return (
    <section className="empty scrolls" aria-label="No picture yet">
      <div className="empty-body">
        <div className="empty-head">
          <h2>Drop a picture anywhere</h2>
          <p>See what the network says it is, and where each of its stages looked.</p>
          <div className="empty-actions">
            <Button variant="primary" icon={ImagePlus} onClick={() => choosePictures('files')}>
              Open pictures…
            </Button>
            <Button icon={FolderOpen} onClick={() => choosePictures('folder')}>
              Open a folder…
            </Button>
          </div>
        </div>
        {samples.length > 0 && (
          <div>
            <h3 className="empty-samples-head">
              Samples
              {note && <span className="quiet">{note}</span>}
            </h3>
            <ul className="empty-samples">
              {samples.map((sample) => (
                <li key={sample.url}>
                  <button type="button" onClick={() => void addSamples([sample])}>
                    <img src={sample.url} alt="" loading="lazy" draggable={false} />
                    <span>{sample.label}</span>
                  </button>
                </li>
              ))}
            </ul>
          </div>
        )}
        <FirstModel />
      </div>
    </section>
  );
}
