import type { Precision } from '../../models/precision/precision.ts';
import { useEngine } from './engine.ts';
import { useSettings } from './settings.ts';

/** What the user wants networks to run in on the device of now. */
export function askedPrecision(): Precision {
  const provider = useEngine.getState().device?.provider ?? 'wasm';
  return useSettings.getState().precision[provider];
}
