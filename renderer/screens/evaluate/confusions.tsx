import { useState } from 'react';
import type { ModelEvaluation } from '../../../models/evaluation/report.ts';
import { Button } from '../../ui/button.tsx';
import { whole } from '../../ui/format.ts';
import { PictureThumb } from './picture-thumb.tsx';
import { classText } from './words.ts';

/** Pairs that are listed before somebody asks for more. */
const FIRST = 20;

interface ConfusionsProps {
  /** Whose folder the pictures are in. */
  readonly evaluation: string;
  readonly report: ModelEvaluation;
}

/** What is taken for what, each pair leading to its pictures. */
export function Confusions({ evaluation, report: { confusions } }: ConfusionsProps) {
  const [isWhole, setWhole] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const { pairs, listed } = confusions;
  const shown = isWhole ? listed : listed.slice(0, FIRST);
  return (
    <section className="evaluate-card" aria-label="Confusions">
      <h3>
        Confusions <span className="quiet">{whole(pairs)}</span>
      </h3>
      {listed.length === 0 ? (
        <p className="quiet">None: every answer was right.</p>
      ) : (
        <p className="quiet">What a picture shows → what the model says.</p>
      )}
      <ul className="confusions">
        {shown.map(({ truth, predicted, count, images }) => {
          const key = `${truth.index} ${predicted.index}`;
          const isOpen = opened === key;
          return (
            <li key={key}>
              <button type="button" aria-expanded={isOpen} onClick={() => setOpened(isOpen ? null : key)}>
                <span>
                  {classText(truth)} → {classText(predicted)}
                </span>
                <span>{whole(count)}</span>
              </button>
              {isOpen && (
                <ul className="thumbs">
                  {images.map((path) => (
                    <li key={path}>
                      <PictureThumb evaluation={evaluation} path={path} />
                    </li>
                  ))}
                  {count > images.length && <li className="quiet">and {whole(count - images.length)} more</li>}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
      {!isWhole && listed.length > FIRST && (
        <Button onClick={() => setWhole(true)}>Show {whole(listed.length)} pairs</Button>
      )}
      {isWhole && pairs > listed.length && <p className="quiet">The most frequent; the others are not listed.</p>}
    </section>
  );
}
