import { useState } from 'react';
import type { ModelEvaluation } from '../../../models/evaluation/report.ts';
import { Button } from '../../ui/button.tsx';
import { percent, whole } from '../../ui/format.ts';
import { Segments } from '../../ui/segments.tsx';
import { PictureThumb } from './picture-thumb.tsx';

const FIRST = 24;
const LISTS = [
  {
    value: 'mostConfidentlyWrong',
    text: 'Most confidently wrong',
    note: 'Wrong labels are often found here.',
  },
  { value: 'leastTrue', text: 'Least probable truth', note: 'The true class got the least probability.' },
] as const;

interface HardestProps {
  readonly evaluation: string;
  readonly report: ModelEvaluation;
}

/** The pictures on which the model is furthest from the truth. */
export function Hardest({ evaluation, report: { hardest } }: HardestProps) {
  const [list, setList] = useState<(typeof LISTS)[number]['value']>('mostConfidentlyWrong');
  const [isWhole, setWhole] = useState(false);
  const images = hardest[list];
  const shown = isWhole ? images : images.slice(0, FIRST);
  return (
    <section className="evaluate-card" aria-label="Hardest pictures">
      <div className="result-head">
        <h3>Hardest pictures</h3>
        <Segments label="Which pictures are hardest" value={list} options={LISTS} onChange={setList} />
      </div>
      <p className="quiet">
        {images.length === 0 ? 'None: every answer was right.' : LISTS.find(({ value }) => value === list)?.note}
      </p>
      <ul className="thumbs" data-wide>
        {shown.map(({ path, truth, truthProbability, predicted, confidence }) => (
          <li key={path}>
            <PictureThumb evaluation={evaluation} path={path} />
            <div>
              <span title={truth.name}>
                {truth.name} <span className="quiet">{percent(truthProbability)}</span>
              </span>
              <span title={predicted.name}>
                → {predicted.name} <span className="quiet">{percent(confidence)}</span>
              </span>
            </div>
          </li>
        ))}
      </ul>
      {!isWhole && images.length > FIRST && (
        <Button onClick={() => setWhole(true)}>Show all {whole(images.length)}</Button>
      )}
    </section>
  );
}
