import { type CatalogEntry, catalogEntry } from '../../../models/catalog.ts';
import type { Activation } from '../../../models/cvt/spec.ts';
import type { Naming } from '../../../models/cvt/tensor-names.ts';
import type { FormatName } from '../../../models/formats/tensor-index.ts';
import type { LibraryEntry, ModelState, RetryNotice } from '../../shell/library-entry.ts';
import type { ImportProposal, LabelSource, WorkProgress } from '../../shell/model-library.ts';
import { megabytes, megabytesOf, timeLeft } from '../../ui/format.ts';

const FORMATS: Readonly<Record<FormatName, string>> = {
  safetensors: 'safetensors',
  pytorch: 'PyTorch',
  paddle: 'Paddle',
  keras: 'Keras (HDF5)',
};

const NAMINGS: Readonly<Record<Naming, string>> = {
  official: 'official names',
  huggingface: 'Hugging Face’s names',
  paddlevit: 'PaddleViT’s names',
  passl: 'PASSL’s names',
  keras: 'CvT-TensorFlow’s layout',
};

/** `PyTorch, official names`. */
export function formatText({ format, naming }: Pick<ImportProposal, 'format' | 'naming'>): string {
  return `${FORMATS[format]}, ${NAMINGS[naming]}`;
}

/** A model in few words: a published checkpoint by its id, which says architecture, resolution and pretraining. */
export function shortName({ id, title }: { readonly id: string; readonly title: string }): string {
  return catalogEntry(id) ? id : title;
}

/** `CvT-13` of `CvT-13, 384×384, pretrained on ImageNet-22k`. */
export function architectureName({ title }: CatalogEntry): string {
  return title.split(',')[0] ?? title;
}

/** How far a transfer is; null for states that are none. */
export function transferText(state: ModelState, now: number): string | null {
  switch (state.kind) {
    case 'queued':
      return state.received > 0
        ? `Waiting for its turn, ${megabytesOf(state.received, state.total)}`
        : 'Waiting for its turn';
    case 'downloading': {
      const parts = [megabytesOf(state.received, state.total)];
      if (state.retry) return `${parts[0]} · ${retryText(state.retry, now)}`;
      if (state.bytesPerSecond !== null) parts.push(`${megabytes(state.bytesPerSecond)}/s`);
      if (state.secondsLeft !== null) parts.push(`${timeLeft(state.secondsLeft)} left`);
      return parts.join(' · ');
    }
    case 'paused':
      return `Paused, ${megabytesOf(state.received, state.total)}`;
    case 'verifying':
      return `Checking, ${megabytesOf(state.checked, state.total)}`;
    default:
      return null;
  }
}

function retryText({ reason, at }: RetryNotice, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  return `${reason.message} ${seconds > 0 ? `Next attempt in ${timeLeft(seconds)}.` : 'Trying again…'}`;
}

/** 0–1; null where it is not known. */
export function transferShare(state: ModelState): number | null {
  switch (state.kind) {
    case 'queued':
    case 'downloading':
    case 'paused':
      return state.total ? Math.min(1, state.received / state.total) : state.kind === 'downloading' ? null : 0;
    case 'verifying':
      return state.total ? Math.min(1, state.checked / state.total) : null;
    default:
      return null;
  }
}

export function workText(progress: WorkProgress | null, idle: string): string {
  if (!progress) return idle;
  const verbs = { sending: 'Sending', checking: 'Checking', copying: 'Copying' } as const;
  return `${verbs[progress.phase]}, ${megabytesOf(progress.done, progress.total)}…`;
}

export function workShare(progress: WorkProgress | null): number | null {
  return progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : null;
}

/** What removing a model does to which file, in a sentence or two; and what it frees, in bytes. */
export function removalText(entry: LibraryEntry): { readonly text: string; readonly path: string | null } {
  const { state, kind } = entry;
  const again =
    kind === 'imported' ? 'The file that it was imported from is not touched.' : 'It can be downloaded again.';
  if (state.kind !== 'installed')
    return { text: `What the library holds of it is deleted from the disk. ${again}`, path: null };
  switch (state.place) {
    case 'library':
      return { text: `Its ${megabytes(state.size)} are deleted from the disk. ${again}`, path: state.path };
    case 'huggingface-cache':
      return {
        text: 'CvT Lens forgets it. The file stays where it is, in the Hugging Face cache:',
        path: state.path,
      };
    case 'outside':
      return { text: 'CvT Lens forgets it. Your file stays where it is:', path: state.path };
  }
}

/** Why an activation is taken to be the one the weights were trained with, in a sentence. */
export function activationReason(
  { naming, activation }: Pick<ImportProposal, 'naming' | 'activation'>,
  chosen: Activation,
): string {
  if (chosen !== activation)
    return `The file speaks for ${ACTIVATIONS[activation]}. With the wrong one, answers are a little off.`;
  if (naming !== 'huggingface') return 'The code that these weights come from trains with QuickGELU.';
  return activation === 'gelu'
    ? 'Fine-tunes made with Hugging Face’s port were trained with its exact GELU.'
    : 'A head with ImageNet’s classes: these look like the official weights, trained with QuickGELU.';
}

export const ACTIVATIONS: Readonly<Record<Activation, string>> = { quick_gelu: 'QuickGELU', gelu: 'GELU' };

export function labelSourceText(source: LabelSource, { files }: Pick<ImportProposal, 'files'>): string {
  switch (source) {
    case 'config':
      return `From ${files.spec ?? 'its config'}`;
    case 'file':
      return `From ${files.labels ?? 'the list of labels'}`;
    case 'imagenet':
      return 'ImageNet’s 1000 classes';
    case 'index':
      return 'None, only numbers';
  }
}
