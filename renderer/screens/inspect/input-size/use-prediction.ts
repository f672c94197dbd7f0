import { useMemo } from 'react';
import type { InputChoice } from '../../../../models/image/input-size.ts';
import { useEngine } from '../../../stores/engine.ts';
import { speedKey, useSpeed } from '../../../stores/input.ts';
import type { Inspection } from '../use-inspection.ts';
import { type InputPrediction, predictInput } from './predict-input.ts';

/** Predicts inputs for the picture and model that are looked at; null while either is not known. */
export function usePredict({ image, entry, report }: Inspection): (choice: InputChoice) => InputPrediction | null {
  const provider = useEngine((state) => state.device?.provider ?? 'wasm');
  const runs = useSpeed((state) => state.runs);
  const size = image?.size ?? null;
  return useMemo(() => {
    const measured = report ? (runs[speedKey(report.id, provider, report.precision.ran)] ?? []) : [];
    return (choice) => (report && entry ? predictInput(report, entry.preprocessing, choice, size, measured) : null);
  }, [report, entry, size, runs, provider]);
}
