import type { ErrorMessage } from '../../../models/errors.ts';
import type { Precision } from '../../../models/precision/precision.ts';
import type { DeviceReport, EngineProgress, EngineState } from '../../engine/protocol.ts';
import type { Frames } from '../../stores/images.ts';
import { megabytes } from '../../ui/format.ts';

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
    case 'converting':
      return `Converting the weights, ${megabytes(progress.done)} of ${megabytes(progress.total)}…`;
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
  if (progress?.phase === 'studying' || progress?.phase === 'converting')
    return progress.total > 0 ? progress.done / progress.total : null;
  if (progress?.phase !== 'reading' || !progress.total) return null;
  return Math.min(1, progress.bytes / progress.total);
}

/** `WebGPU · Apple M3`, `CPU · 4 threads` or, where a network runs in another precision than its own, `CPU · 4 threads · 8-bit`. */
export function deviceName(device: DeviceReport, precision: Precision = 'fp32'): string {
  const how = precision === 'fp32' ? [] : [precision === 'int8' ? '8-bit' : '16-bit'];
  if (device.provider === 'webgpu') return ['WebGPU', ...(device.adapter ? [device.adapter] : []), ...how].join(' · ');
  return [`CPU · ${device.threads} ${device.threads === 1 ? 'thread' : 'threads'}`, ...how].join(' · ');
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

/** What of a file with several frames is shown. */
export function framesText({ count }: Frames): string {
  return count === null ? 'animated: its first frame' : `animated: the first of ${count} frames`;
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
