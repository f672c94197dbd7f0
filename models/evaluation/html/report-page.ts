import type { EvaluationReport, ModelEvaluation, ReportedShare } from '../report.ts';
import { shareBar } from './charts.ts';
import { html, Markup } from './markup.ts';
import { modelSection } from './model-section.ts';
import { STYLE } from './style.ts';
import { grouped, interval, percent, plural } from './words.ts';

/**
 * A report as one HTML page: no script, no request, every text escaped. Its policy allows its own style and nothing else.
 * @param folderUrl the evaluated folder as a `file:` address ending in a slash, for links to the pictures
 */
export function reportAsHtml(report: EvaluationReport, folderUrl: string): string {
  const title = `Accuracy on ${report.folder}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>Accuracy on <span class="path">${report.folder}</span></h1>
<p class="quiet">${origin(report)}</p>
${summary(report.models)}
${report.models.map((model) => modelSection(model, (path) => folderUrl + path.toWellFormed().split('/').map(encodeURIComponent).join('/')))}
</main>
</body>
</html>
`;
  return page.text;
}

function origin({ pictures, labelsFile, limit }: EvaluationReport): string {
  const source = labelsFile === null ? 'classes from the names of folders' : `classes from ${labelsFile}`;
  const part = limit === null ? '' : `; ${grouped(limit)} of them measured, spread evenly`;
  return `${plural(pictures, 'picture')}, ${source}${part}. Measured with CvT Lens. Intervals are 95 % (Wilson).`;
}

function summary(models: readonly ModelEvaluation[]): Markup {
  const rows = models.map(
    ({ model, top1, top5, published, calibration, broken }) => html`<tr>
<td>${model.id}</td>
<td class="number">${grouped(top1?.of ?? 0)}${broken.length === 0 ? null : html`<div class="small">${grouped(broken.length)} unreadable</div>`}</td>
<td class="number">${shareCell(top1)}</td>
<td>${top1 && shareBar(top1)}</td>
<td class="number">${shareCell(top5)}</td>
<td class="number">${published ? html`${percent(published.top1)} <div class="small">top-5 ${percent(published.top5)}</div>` : '–'}</td>
<td class="number">${calibration.expectedCalibrationError === null ? '–' : percent(calibration.expectedCalibrationError)}</td>
</tr>`,
  );
  const anyPublished = models.some(({ published }) => published !== null);
  return html`<section class="card"><div class="scroll whole"><table>
<thead><tr><th>Model</th><th class="number">Pictures</th><th class="number">Top-1</th><th></th><th class="number">Top-5</th><th class="number">Published</th><th class="number">Calibration error</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>
${anyPublished ? html`<p class="small">Published: measured on the 50,000 pictures of ImageNet's validation set.</p>` : null}</section>`;
}

function shareCell(share: ReportedShare | null): Markup {
  return share === null ? html`–` : html`${percent(share.value)} <div class="small">${interval(share)}</div>`;
}
