import type { ModelEvaluation } from '../../../models/evaluation/report.ts';
import { precisionWords } from '../../../models/precision/precision.ts';
import { percent, whole } from '../../ui/format.ts';
import { ShareBar } from './share-bar.tsx';
import { intervalText } from './words.ts';

export interface TitledReport {
  readonly title: string;
  readonly report: ModelEvaluation;
}

/** The scores of each model beside what is published of it. */
export function SummaryTable({ reports }: { readonly reports: readonly TitledReport[] }) {
  const anyPublished = reports.some(({ report }) => report.published !== null);
  return (
    <>
      <table className="accuracy">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Measured</th>
            <th scope="col">Top-1</th>
            <th scope="col">
              <span className="visually-hidden">Top-1 as a bar</span>
            </th>
            <th scope="col">Top-5</th>
            {anyPublished && <th scope="col">Published</th>}
            <th scope="col">Calibration error</th>
          </tr>
        </thead>
        <tbody>
          {reports.map(({ title, report }) => (
            <Row key={report.model.id} title={title} report={report} withPublished={anyPublished} />
          ))}
        </tbody>
      </table>
      {anyPublished && (
        <p className="quiet">
          Published: top-1 and top-5 on the 50 000 pictures of ImageNet’s validation set. On other pictures, or another
          preprocessing, they are no measure.
        </p>
      )}
    </>
  );
}

function Row({ title, report, withPublished }: TitledReport & { readonly withPublished: boolean }) {
  const { top1, top5, published, calibration, broken, model } = report;
  const error = calibration.expectedCalibrationError;
  return (
    <tr data-model={model.id}>
      <th scope="row">
        {title}
        {model.precision !== 'fp32' && <div className="quiet">in {precisionWords(model.precision)}</div>}
      </th>
      <td>
        {whole(top1?.of ?? 0)}
        {broken.length > 0 && <div className="quiet">{whole(broken.length)} unreadable</div>}
      </td>
      <td data-testid="top1">
        {top1 === null ? (
          '–'
        ) : (
          <>
            <strong>{percent(top1.value)}</strong>
            <div className="quiet">{intervalText(top1)}</div>
          </>
        )}
      </td>
      <td className="accuracy-bar">{top1 && <ShareBar share={top1} />}</td>
      <td data-testid="top5">
        {top5 === null ? (
          '–'
        ) : (
          <>
            {percent(top5.value)}
            <div className="quiet">{intervalText(top5)}</div>
          </>
        )}
      </td>
      {withPublished && (
        <td>
          {published === null ? (
            '–'
          ) : (
            <>
              {percent(published.top1)}
              <div className="quiet">{percent(published.top5)}</div>
            </>
          )}
        </td>
      )}
      <td>{error === null ? '–' : percent(error)}</td>
    </tr>
  );
}
