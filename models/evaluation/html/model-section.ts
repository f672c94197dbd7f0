import { precisionWords } from '../../precision/precision.ts';
import { problemInWords } from '../label-problems.ts';
import type { ModelEvaluation } from '../report.ts';
import { reliabilityChart, shareBar } from './charts.ts';
import { html, type Markup } from './markup.ts';
import { className, grouped, interval, percent, plural } from './words.ts';

/** The address of a picture by its path in the evaluated folder. */
type Address = (path: string) => string;

/** All about one model, most telling first. */
export function modelSection(evaluation: ModelEvaluation, address: Address): Markup {
  const { model, warnings } = evaluation;
  const { height, width } = model.preprocessing;
  return html`<h2>${model.id}</h2>
<p class="quiet">${grouped(model.numClasses)} classes, input ${height}×${width}, ${precisionWords(model.precision)}, checkpoint <span class="path">${model.sha256.slice(0, 12)}</span></p>
${warnings.map(({ message }) => html`<div class="warning" role="note"><p>${message}</p></div>`)}
<div class="pair">${calibrationCard(evaluation)}${confusionCard(evaluation, address)}</div>
${classCard(evaluation)}
<div class="pair">${hardestCards(evaluation, address)}</div>
${leftOutCard(evaluation)}`;
}

function calibrationCard({ calibration }: ModelEvaluation): Markup {
  const { expectedCalibrationError: error, meanConfidence } = calibration;
  const facts =
    error === null || meanConfidence === null
      ? 'Nothing was measured.'
      : `Mean confidence ${percent(meanConfidence)}, expected calibration error ${percent(error)} over ${calibration.bins.length} bins of equal width.`;
  return html`<section class="card"><h3>Reliability</h3><p class="quiet">${facts}</p>${reliabilityChart(calibration.bins)}</section>`;
}

function confusionCard({ confusions }: ModelEvaluation, address: Address): Markup {
  const { pairs, listed } = confusions;
  if (listed.length === 0) return html`<section class="card"><h3>Confusions</h3><p class="quiet">None.</p></section>`;
  const rows = listed.map(
    ({
      truth,
      predicted,
      count,
      images,
    }) => html`<tr><td><details><summary>${className(truth)} → ${className(predicted)}</summary>
<ul>${images.map((path) => html`<li>${link(path, address)}</li>`)}${count > images.length ? html`<li class="small">and ${grouped(count - images.length)} more</li>` : null}</ul></details></td><td class="number">${grouped(count)}</td></tr>`,
  );
  const all = pairs > listed.length ? `The ${grouped(listed.length)} most frequent of ${grouped(pairs)} pairs.` : '';
  return html`<section class="card"><h3>Confusions</h3><p class="quiet">What the picture shows → what the model says. ${all}</p>
<div class="scroll"><table><thead><tr><th>Pair</th><th class="number">Pictures</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function classCard({ classes }: ModelEvaluation): Markup {
  const weakestFirst = [...classes].sort(
    (a, b) => a.top1.value - b.top1.value || b.count - a.count || a.index - b.index,
  );
  const rows = weakestFirst.map(
    (
      one,
    ) => html`<tr><td>${className(one)}</td><td class="number">${one.index}</td><td class="number">${grouped(one.count)}</td>
<td class="number">${percent(one.top1.value)}</td><td class="number small">${interval(one.top1)}</td><td>${shareBar(one.top1)}</td><td class="number">${percent(one.top5.value)}</td></tr>`,
  );
  return html`<section class="card"><h3>Classes</h3><p class="quiet">Weakest first.</p><div class="scroll"><table>
<thead><tr><th>Class</th><th class="number">Index</th><th class="number">Pictures</th><th class="number">Top-1</th><th class="number">95 %</th><th></th><th class="number">Top-5</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

function hardestCards({ hardest }: ModelEvaluation, address: Address): readonly Markup[] {
  const card = (title: string, note: string, images: ModelEvaluation['hardest']['leastTrue']) => {
    const rows = images.map(
      (
        image,
      ) => html`<tr><td>${link(image.path, address)}<div class="small">${className(image.truth)} ${percent(image.truthProbability)}</div></td>
<td>${className(image.predicted)}<div class="small">${percent(image.confidence)}</div></td></tr>`,
    );
    return html`<section class="card"><h3>${title}</h3><p class="quiet">${note}</p>${
      images.length === 0
        ? null
        : html`<div class="scroll"><table><thead><tr><th>Picture and its class</th><th>Answer</th></tr></thead><tbody>${rows}</tbody></table></div>`
    }</section>`;
  };
  return [
    card('Most confidently wrong', 'Wrong labels are often found here.', hardest.mostConfidentlyWrong),
    card('Hardest', 'The true class got the least probability.', hardest.leastTrue),
  ];
}

/** Pictures and labels that are not in the numbers, and why. */
function leftOutCard({ problems, broken }: ModelEvaluation): Markup | null {
  if (problems.length + broken.length === 0) return null;
  const unreadable = broken.map(
    ({ path, message }) => html`<li><span class="path">${path}</span><div class="small">${message}</div></li>`,
  );
  return html`<section class="card"><h3>Left out</h3>
${problems.length === 0 ? null : html`<ul>${problems.map((problem) => html`<li>${problemInWords(problem)}</li>`)}</ul>`}
${broken.length === 0 ? null : html`<details><summary>${plural(broken.length, 'picture')} could not be read</summary><ul>${unreadable}</ul></details>`}
</section>`;
}

function link(path: string, address: Address): Markup {
  return html`<a class="path" href="${address(path)}">${path}</a>`;
}
