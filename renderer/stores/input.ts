import { create } from 'zustand';
import { preprocessingOf } from '../../models/image/input-size.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import type { Precision } from '../../models/precision/precision.ts';
import type { Analysis, ModelRef, Provider } from '../engine/protocol.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { selectedImage, type TrayImage, useImages } from './images.ts';
import { modelRef } from './model.ts';
import { useSettings } from './settings.ts';

/** How a picture goes into a model now: the checkpoint's preprocessing at the chosen input, cropped where the picture's crop lies. */
export function preprocessingFor(image: Pick<TrayImage, 'size' | 'crop'>, entry: ModelEntry): Preprocessing {
  const base = entry.preprocessing;
  return image.size ? preprocessingOf(base, useSettings.getState().input, image.crop, image.size) : base;
}

/** What the engine needs to know to run this picture. */
export function modelRefFor(image: Pick<TrayImage, 'size' | 'crop'>, entry: ModelEntry): ModelRef {
  return { ...modelRef(entry), preprocessing: preprocessingFor(image, entry) };
}

/** How the model is likely to be run next: as the chosen picture will be, or any picture at a size that none decides. */
export function expectedModelRef(entry: ModelEntry): ModelRef {
  const image = selectedImage(useImages.getState());
  if (image?.size) return modelRefFor(image, entry);
  const { input } = useSettings.getState();
  if (input.kind === 'whole') return modelRef(entry);
  const { width, height } = entry.preprocessing;
  return modelRefFor({ size: { width, height }, crop: null }, entry);
}

/** What one input size was measured to take. */
export interface MeasuredRun {
  readonly multiplyAdds: number;
  readonly runMs: number;
}

interface SpeedState {
  /** By model, provider and precision: for each input size the fastest run. */
  readonly runs: Readonly<Record<string, readonly MeasuredRun[]>>;
}

/** How fast pictures were run since the start, for predictions. */
export const useSpeed = create<SpeedState>()(() => ({ runs: {} }));

export function speedKey(modelId: string, provider: Provider, precision: Precision): string {
  return `${provider} ${precision} ${modelId}`;
}

export function noteRun({ modelId, device, precision, multiplyAdds, timings: { runMs } }: Analysis): void {
  const key = speedKey(modelId, device.provider, precision.ran);
  useSpeed.setState(({ runs }) => {
    const others = (runs[key] ?? []).filter((run) => run.multiplyAdds !== multiplyAdds);
    const before = (runs[key] ?? []).find((run) => run.multiplyAdds === multiplyAdds);
    // The first run of a size is slower than the size: shaders and machine code are made for it.
    if (before && before.runMs <= runMs) return {};
    const run = { multiplyAdds, runMs };
    return { runs: { ...runs, [key]: [...others, run].sort((a, b) => a.multiplyAdds - b.multiplyAdds) } };
  });
}

interface InputMenuState {
  readonly open: boolean;
  readonly show: (open: boolean) => void;
}

/** The list of input sizes; a key opens it from anywhere. */
export const useInputMenu = create<InputMenuState>()((set) => ({ open: false, show: (open) => set({ open }) }));
