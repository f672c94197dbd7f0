import type { EvaluationProgress } from '../../../models/evaluation/evaluate-pictures.ts';
import type { Labelling } from '../../../models/evaluation/labelled-images.ts';
import type { ReportedClass } from '../../../models/evaluation/report.ts';
import type { Share } from '../../../models/evaluation/wilson.ts';
import type { EvaluationRecord } from '../../evaluate/evaluation-record.ts';
import type { EvaluationRunState } from '../../stores/evaluate.ts';
import { megabytesOf, percent, timeLeft, whole } from '../../ui/format.ts';

/** `e` exports what Inspect shows. */
export const EVALUATE_KEY = 'shift+e';

export function pictures(count: number): string {
  return count === 1 ? '1 picture' : `${whole(count)} pictures`;
}

/** `81.3–81.9 %` */
export function intervalText({ low, high }: Pick<Share, 'low' | 'high'>): string {
  return `${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)}\u202f%`;
}

/** `81.6 %, between 81.3 and 81.9 % with 95 % confidence`, for who does not see the bar. */
export function shareInWords({ value, low, high, correct, of }: Share): string {
  return `${percent(value)}, ${whole(correct)} of ${whole(of)}; 95 % interval ${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`;
}

/** `crane (n03126707)` where the id is known: names alone may be shared. */
export function classText({ name, wnid }: Pick<ReportedClass, 'name' | 'wnid'>): string {
  return wnid === null ? name : `${name} (${wnid})`;
}

/** How far a run is, in a line. */
export function progressText({ done, total, reused, unread, perSecond, secondsLeft }: EvaluationProgress): string {
  const parts = [`${whole(done)} of ${pictures(total)}`];
  if (perSecond !== null) parts.push(`${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(2)}/s`);
  if (secondsLeft !== null && done < total) parts.push(`${timeLeft(secondsLeft)} left`);
  if (reused > 0) parts.push(`${whole(reused)} from before`);
  if (unread > 0) parts.push(`${whole(unread)} unreadable`);
  return parts.join(' · ');
}

export function stepText(step: EvaluationRunState['step']): string {
  if (step.kind === 'measuring') return progressText(step.progress);
  if (step.kind === 'opening')
    return step.progress === null
      ? 'Opening its weights'
      : `Checking its weights, ${megabytesOf(step.progress.done, step.progress.total)}`;
  return step.progress?.phase === 'queued' ? 'Waiting for the engine' : 'Loading the network';
}

/** 0–1; null where nobody knows. */
export function stepShare(step: EvaluationRunState['step']): number | null {
  if (step.kind === 'measuring') return step.progress.total === 0 ? 1 : step.progress.done / step.progress.total;
  if (step.kind === 'opening' && step.progress) return step.progress.done / step.progress.total;
  return null;
}

/** What the labels mean to a model, in a sentence. */
export function labellingText({ images, labels }: Labelling, numClasses: number): string {
  const of = labels.total === 1 ? '1 label' : `${whole(labels.total)} labels`;
  if (labels.total === 0) return 'No labels found.';
  if (images.length === 0 && labels.matched === 0)
    return `None of the ${of} names one of its ${whole(numClasses)} classes.`;
  const matched = labels.matched === labels.total ? `All ${of}` : `${whole(labels.matched)} of ${of}`;
  return `${matched} ${labels.matched === 1 ? 'names' : 'name'} one of its ${whole(numClasses)} classes: ${pictures(images.length)} to measure.`;
}

/** What to do where no picture has a class. */
export function noLabelsText({ labels }: Labelling, hasFile: boolean): string {
  if (labels.total === 0 && !hasFile)
    return 'The pictures lie in no sub-folders. Sort them into folders named by class, or add a labels file.';
  if (labels.total === 0) return 'The labels file has no line with a picture and a label.';
  if (labels.matched > 0) return 'None of the labelled pictures is in this folder.';
  return 'Choose the model that these labels were made for, or give its class names.';
}

/** Where the classes come from. */
export function sourceText(labels: { readonly name: string } | null): string {
  return labels === null ? 'Classes from the names of sub-folders' : `Classes from ${labels.name}`;
}

/** `12 Nov 2026, 14:05` */
export function dateText(milliseconds: number): string {
  return new Date(milliseconds).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** What a file with the report is called, without its ending. */
export function fileStem({ folder }: EvaluationRecord): string {
  return `${folder.name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}-evaluation`;
}
