import { FileDown } from 'lucide-react';
import { useState } from 'react';
import type { ModelEvaluation } from '../../../models/evaluation/report.ts';
import type { EvaluationRecord } from '../../evaluate/evaluation-record.ts';
import { useEvaluate } from '../../stores/evaluate.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { percent, whole } from '../../ui/format.ts';
import { Segments } from '../../ui/segments.tsx';
import { useApp } from '../frame/app-context.ts';
import { shortName } from '../models/words.ts';
import { ClassTable } from './class-table.tsx';
import { Confusions } from './confusions.tsx';
import { ChooseFolder } from './draft-panel.tsx';
import { Hardest } from './hardest.tsx';
import { Problems } from './model-choice.tsx';
import { ReliabilityChart } from './reliability-chart.tsx';
import { saveCsv, saveHtml, saveJson } from './save-report.ts';
import { SummaryTable } from './summary-table.tsx';
import { dateText, pictures, sourceText } from './words.ts';
import './results.css';

/** What was measured. */
export function ResultPanel({ record }: { readonly record: EvaluationRecord }) {
  const { evaluations } = useApp();
  const { id, folder, labels, models, begun } = record;
  const reports = models.flatMap((model) =>
    model.report === null ? [] : [{ title: shortName(model), report: model.report }],
  );
  const [chosen, setChosen] = useState(reports[0]?.report.model.id ?? '');
  const current = reports.find(({ report }) => report.model.id === chosen) ?? reports[0];
  if (!current) return null;
  return (
    <>
      <div className="result-head">
        <div>
          <h2 className="evaluate-title">{folder.name}</h2>
          <p className="evaluate-lead">
            {pictures(folder.pictures)} · {sourceText(labels)} · {dateText(begun)}
          </p>
        </div>
        <div className="evaluate-buttons">
          <Button icon={FileDown} onClick={() => void saveCsv(record, evaluations)}>
            CSV
          </Button>
          <Button icon={FileDown} onClick={() => saveJson(record)}>
            JSON
          </Button>
          <Button icon={FileDown} onClick={() => saveHtml(record)}>
            HTML
          </Button>
        </div>
      </div>
      {reports.flatMap(({ title, report }) =>
        report.warnings.map(({ code, message }) => (
          <p key={`${report.model.id} ${code}`} className="evaluate-warning" role="alert">
            {reports.length > 1 && <strong>{title}: </strong>}
            {message}
          </p>
        )),
      )}
      <section className="evaluate-card" aria-label="Accuracy">
        <SummaryTable reports={reports} />
      </section>
      <div className={reports.length === 1 ? 'result-pair' : 'result-rows'}>
        <section className="evaluate-card" aria-label="Reliability">
          <h3>Reliability</h3>
          <p className="quiet">
            How often answers are right (up) at each confidence (across). On the dashed line confidence can be taken at
            its word.
          </p>
          <div className="charts">
            {reports.map(({ title, report }) => (
              <Reliability key={report.model.id} title={reports.length > 1 ? title : null} report={report} />
            ))}
          </div>
        </section>
        <section className="evaluate-card" aria-label="Classes">
          <ClassTable reports={reports} />
        </section>
      </div>
      {reports.length > 1 && (
        <Segments
          label="Model of the pictures below"
          value={current.report.model.id}
          options={reports.map(({ title, report }) => ({ value: report.model.id, text: title }))}
          onChange={setChosen}
        />
      )}
      <AtHand id={id} name={folder.name} />
      <Confusions key={`confusions ${current.report.model.id}`} evaluation={id} report={current.report} />
      <Hardest key={`hardest ${current.report.model.id}`} evaluation={id} report={current.report} />
      <LeftOut report={current.report} />
    </>
  );
}

function Reliability({ title, report }: { readonly title: string | null; readonly report: ModelEvaluation }) {
  const { expectedCalibrationError: error, meanConfidence, bins } = report.calibration;
  return (
    <figure>
      <figcaption>
        {title && <strong>{title}</strong>}
        <span className="quiet">
          {error === null || meanConfidence === null
            ? 'Nothing was measured.'
            : `Mean confidence ${percent(meanConfidence)}, expected calibration error ${percent(error)}`}
        </span>
      </figcaption>
      <ReliabilityChart bins={bins} />
    </figure>
  );
}

/** Pictures are shown from the folder, which a page loses with every restart. */
function AtHand({ id, name }: { readonly id: string; readonly name: string }) {
  const { attach } = useApp().evaluations;
  const isAtHand = useEvaluate((state) => state.folders[id] !== undefined);
  const stopped = useEvaluate((state) => state.stopped[id]);
  if (isAtHand) return null;
  return (
    <Banner actions={<ChooseFolder text={`Choose ${name}…`} onFolder={(folder) => attach(id, folder)} />}>
      {stopped?.message ?? 'To see the pictures below, drop their folder here or choose it again.'}
    </Banner>
  );
}

function LeftOut({ report: { broken, problems } }: { readonly report: ModelEvaluation }) {
  if (broken.length + problems.length === 0) return null;
  return (
    <section className="evaluate-card" aria-label="Left out">
      <h3>Left out</h3>
      <Problems problems={problems} />
      {broken.length > 0 && (
        <details className="problems" open={broken.length <= 10}>
          <summary>{broken.length === 1 ? '1 picture' : `${whole(broken.length)} pictures`} could not be read</summary>
          <ul className="selectable">
            {broken.map(({ path, message }) => (
              <li key={path}>{message.includes(path) ? message : `${path}: ${message}`}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
