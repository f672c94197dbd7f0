import { Info } from 'lucide-react';
import { type Precision, precisionWords } from '../../../models/precision/precision.ts';
import type { DeviceReport, Provider } from '../../engine/protocol.ts';
import { useModel } from '../../stores/model.ts';
import { useSettings } from '../../stores/settings.ts';
import { Segments } from '../../ui/segments.tsx';
import { useApp } from './app-context.ts';

interface Choice {
  readonly precision: Precision;
  readonly text: string;
  readonly gain: string;
}

/** What each device can be asked for beside the weights as they were published. */
const CHOICES: Readonly<Record<Provider, readonly [Choice, Choice]>> = {
  wasm: [
    { precision: 'fp32', text: '32-bit', gain: 'The weights as they were published.' },
    {
      precision: 'int8',
      text: '8-bit',
      gain: 'Smaller and faster on the CPU. Answers and maps move a little: compare the two in Compare.',
    },
  ],
  webgpu: [
    { precision: 'fp32', text: '32-bit', gain: 'The weights as they were published.' },
    { precision: 'fp16', text: '16-bit', gain: 'Half the memory on the GPU. Answers and maps move very little.' },
  ],
};

/** In which precision networks run on this device, what it gains, and why another one ran. */
export function PrecisionChoice({ device }: { readonly device: DeviceReport }) {
  const { choosePrecision } = useApp();
  const { provider, precisions } = device;
  const chosen = useSettings((settings) => settings.precision[provider]);
  const reason = useModel(({ state }) => (state.kind === 'ready' ? state.report.precision.reason : null));
  const choices = CHOICES[provider];
  const isOffered = precisions.includes(choices[1].precision);
  const { gain } = choices.find(({ precision }) => precision === chosen) ?? choices[0];
  return (
    <>
      <Segments
        label="Compute in"
        value={chosen}
        options={choices.map(({ precision, text, gain: tip }) => ({ value: precision, text, tip }))}
        disabled={!isOffered && chosen === 'fp32'}
        onChange={(value) => void choosePrecision(provider, value)}
      />
      <p className="quiet">
        {isOffered ? gain : `This GPU does not compute in 16-bit floats (shader-f16); ${precisionWords('fp32')} it is.`}
      </p>
      {reason && (
        <p className="banner selectable" data-tone="warn">
          <Info size={16} aria-hidden />
          {reason}
        </p>
      )}
    </>
  );
}
