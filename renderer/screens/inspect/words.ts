import type { ErrorMessage } from '../../../models/errors.ts';
import type { DeviceReport, EngineProgress, EngineState } from '../../engine/protocol.ts';
import type { MapKind, StageMap } from '../../pipeline/stage-map.ts';
import type { View } from '../../stores/view.ts';
import { megabytes } from '../../ui/format.ts';

/** Two sentences a map: what its numbers are, and what they do not say. */
export const EXPLANATIONS: Readonly<Record<MapKind, string>> = {
  cls:
    'How the class token spreads its attention over the keys of this block: one softmax row, so all cells and the ' +
    'class token’s own share sum to 1. It is the same map for every class and shows what was read, not what spoke ' +
    'for the answer.',
  received:
    'How much attention each key gets, averaged over all heads and queries; 1.0 × uniform is what an even spread ' +
    'would give. It is the same map for every class, and a key that many tokens read need not matter to the answer.',
  row:
    'Where the token at the query pixel looks: one softmax row over the keys of this block, in probabilities that sum ' +
    'to 1. It is the same map for every class and shows what is mixed into this token, not what that does to the answer.',
};

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  cls: 'CLS',
  received: 'Received',
  query: 'Query',
  rollout: 'Rollout',
  attribution: 'Class',
  projection: 'Projection',
};

export const VIEW_TIPS: Readonly<Record<View, string>> = {
  cls: 'What the class token attends to, in stages that have one',
  received: 'How much attention each key gets from all queries',
  query: 'What the token under the pointer attends to',
  rollout: 'Attention multiplied through all stages, down to pixels',
  attribution: 'What each key adds to a class’s logit',
  projection: 'Tokens before and after the convolutional projection',
};

const SUBJECTS: Readonly<Record<MapKind, string>> = {
  cls: 'CLS attention',
  received: 'Attention received',
  row: 'Attention of the query',
};

/** `CLS attention, mean of 4 heads`. */
export function mapTitle(map: StageMap, heads: number): string {
  return `${SUBJECTS[map.kind]}, ${headName(map.head, heads)}`;
}

export function headName(head: number | null, heads: number): string {
  if (heads === 1) return 'single head';
  return head === null ? `mean of ${heads} heads` : `head ${head + 1} of ${heads}`;
}

export function progressText(progress: EngineProgress | null, modelTitle: string): string {
  if (!progress) return 'Waiting for the engine…';
  switch (progress.phase) {
    case 'queued':
      return progress.ahead > 0 ? `Waiting, ${progress.ahead} ahead…` : 'Waiting for the engine…';
    case 'starting':
      return 'Starting the engine…';
    case 'reading': {
      const { bytes, total } = progress;
      return `Reading ${modelTitle}, ${megabytes(bytes)}${total === null ? '' : ` of ${megabytes(total)}`}…`;
    }
    case 'building':
      return 'Building the graph…';
    case 'compiling':
      return 'Compiling for the device…';
    case 'warming':
      return 'Warming up…';
    case 'decoding':
      return 'Decoding the picture…';
    case 'preprocessing':
      return 'Resizing and cropping…';
    case 'running':
      return 'Running the network…';
    case 'studying':
      return `Reading the attention, ${progress.done} of ${progress.total}…`;
    case 'restarting':
      return `Starting the engine again: ${progress.reason}`;
  }
}

/** 0–1 where it is known how far the work is. */
export function progressShare(progress: EngineProgress | null): number | null {
  if (progress?.phase === 'studying') return progress.total > 0 ? progress.done / progress.total : null;
  if (progress?.phase !== 'reading' || !progress.total) return null;
  return Math.min(1, progress.bytes / progress.total);
}

/** `WebGPU · Apple M3` or `CPU · 4 threads`. */
export function deviceName(device: DeviceReport): string {
  if (device.provider === 'webgpu') return device.adapter ? `WebGPU · ${device.adapter}` : 'WebGPU';
  return `CPU · ${device.threads} ${device.threads === 1 ? 'thread' : 'threads'}`;
}

export function engineText(state: EngineState): string {
  switch (state.kind) {
    case 'starting':
      return 'Starting the engine…';
    case 'ready':
      return 'Ready';
    case 'restarting':
      return 'Restarting the engine…';
    case 'failed':
      return 'The engine stopped';
  }
}

/** A few words for the place at a thumbnail; the whole message stands in its tooltip and beside the picture. */
export function shortError(error: ErrorMessage): string {
  const words: Readonly<Record<string, string>> = {
    'image-empty': 'Empty file',
    'image-unreadable': 'Can’t be read',
    'image-unknown-format': 'Not a picture',
    'image-unsupported': 'Can’t decode',
    'image-too-large': 'Too large',
    'image-broken': 'Damaged',
    'engine-out-of-memory': 'No memory',
  };
  return words[error.code] ?? 'Failed';
}
