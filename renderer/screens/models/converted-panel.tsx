import { Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { toErrorMessage } from '../../../models/errors.ts';
import type { KeptFile } from '../../../models/precision/kept-files.ts';
import { titleFor } from '../../library/model-loader.ts';
import { useModel } from '../../stores/model.ts';
import { useNotices } from '../../stores/notices.ts';
import { Button } from '../../ui/button.tsx';
import { megabytes } from '../../ui/format.ts';
import { useApp } from '../frame/app-context.ts';

/** Weights that were converted to another precision: whose, how much, and clearing them. Nothing without any. */
export function ConvertedPanel() {
  const { converted } = useApp();
  const [files, setFiles] = useState<readonly KeptFile[]>([]);
  const model = useModel((store) => store.state);
  const look = useCallback(() => {
    // Where nothing is kept there is nothing to show.
    converted?.list().then(setFiles, () => setFiles([]));
  }, [converted]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a model that was loaded may have been converted
  useEffect(look, [look, model]);
  if (!converted || files.length === 0) return null;

  const clear = async () => {
    try {
      await converted.clear(null);
      useNotices.getState().show('Converted weights were cleared. They are made again when they are needed.');
    } catch (error) {
      useNotices.getState().show(`Converted weights could not be cleared: ${toErrorMessage(error).message}`);
    }
    look();
  };
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <section aria-label="Converted weights">
      <header className="models-side-head">
        <h2>Converted weights</h2>
        <span className="quiet">{megabytes(total)}</span>
      </header>
      <ul className="converted">
        {files.map(({ modelId, name, bytes }) => (
          <li key={`${modelId} ${name}`}>
            <span>
              {titleFor(modelId)} <span className="quiet">{name.split('.')[1]}</span>
            </span>
            <span className="quiet">{megabytes(bytes)}</span>
          </li>
        ))}
      </ul>
      <p className="quiet">Kept so that models start at once; they go with their model.</p>
      <div className="models-buttons">
        <Button icon={Trash2} onClick={() => void clear()}>
          Clear
        </Button>
      </div>
    </section>
  );
}
