import { ChevronDown, CircleAlert, Info, RotateCcw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { toErrorMessage } from '../../../models/errors.ts';
import type { DevicePreference, DeviceReport } from '../../engine/protocol.ts';
import type { GpuStanding } from '../../shell/shell.ts';
import { useEngine } from '../../stores/engine.ts';
import { useModel } from '../../stores/model.ts';
import { useNotices } from '../../stores/notices.ts';
import { useSettings } from '../../stores/settings.ts';
import { Button } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import { Segments } from '../../ui/segments.tsx';
import { CopyDiagnostics } from '../about/copy-diagnostics.tsx';
import { deviceName, engineText } from '../inspect/words.ts';
import { useApp } from './app-context.ts';
import { PrecisionChoice } from './precision-choice.tsx';

const CHOICES: readonly { readonly value: DevicePreference; readonly text: string; readonly tip: string }[] = [
  { value: 'auto', text: 'Automatic', tip: 'WebGPU where there is a real GPU, else the CPU' },
  { value: 'webgpu', text: 'WebGPU', tip: 'The GPU' },
  { value: 'wasm', text: 'CPU', tip: 'WebAssembly on all cores' },
];

/** What the network runs on, why, and the choice of it. */
export function DeviceChip() {
  const { state, device, configuring } = useEngine();
  const { chooseDevice, versions } = useApp();
  const preference = useSettings((settings) => settings.device);
  const precision = useModel((store) => (store.state.kind === 'ready' ? store.state.report.precision : null));
  const busy = configuring || state.kind === 'starting' || state.kind === 'restarting';
  const failed = state.kind === 'failed';
  const insistedInVain = device?.fallbackReason != null && device.preference !== 'auto';
  const tone = failed ? 'danger' : busy ? 'busy' : insistedInVain || precision?.reason ? 'warn' : 'good';
  const name = failed || !device ? engineText(state) : deviceName(device, precision?.ran);

  return (
    <Popover
      label="Device"
      trigger={
        <Button variant="ghost" className="chip device-chip" title={name}>
          <span className="chip-dot" data-tone={tone} />
          <span>{name}</span>
          <ChevronDown size={14} aria-hidden className="quiet" />
        </Button>
      }
    >
      <div className="chip-body">
        <h2>{name}</h2>
        {failed && (
          <>
            <p className="banner selectable" data-tone="danger">
              <CircleAlert size={16} aria-hidden />
              {state.error.message}
            </p>
            <Button icon={RotateCcw} onClick={() => void chooseDevice(preference)}>
              Start the engine again
            </Button>
            <CopyDiagnostics />
          </>
        )}
        <Segments
          label="Run on"
          value={preference}
          options={CHOICES}
          disabled={configuring}
          onChange={(value) => void chooseDevice(value)}
        />
        {device?.fallbackReason && (
          <p className="banner selectable">
            <Info size={16} aria-hidden />
            {device.fallbackReason}
          </p>
        )}
        {device?.fallbackReason && <RetryGpu />}
        {device && !failed && <PrecisionChoice device={device} />}
        {device && <Facts device={device} />}
        <p className="quiet">
          CvT Lens {versions.app}, {versions.host}. Pictures never leave this machine.
        </p>
      </div>
    </Popover>
  );
}

/** Where the GPU died too often: the way back to it. */
function RetryGpu() {
  const { gpu } = useApp().shell;
  const [standing, setStanding] = useState<GpuStanding>({ kind: 'open' });
  useEffect(() => {
    // Without an answer there is nothing to offer; the reason stands above.
    gpu?.standing().then(setStanding, () => {});
  }, [gpu]);
  if (gpu === null || standing.kind === 'open') return null;
  const retry = () => {
    setStanding({ kind: 'open' });
    gpu.retry().catch((error: unknown) => {
      setStanding(standing);
      useNotices.getState().show(toErrorMessage(error).message);
    });
  };
  return (
    <div className="device-retry">
      <Button icon={RotateCcw} onClick={retry}>
        Try the GPU again
      </Button>
      {standing.restarts && <p className="quiet">CvT Lens starts again for it. Results are kept.</p>}
    </div>
  );
}

function Facts({ device }: { readonly device: DeviceReport }) {
  return (
    <dl className="facts">
      {device.adapter && (
        <>
          <dt>Adapter</dt>
          <dd>{device.adapter}</dd>
        </>
      )}
      <dt>CPU threads</dt>
      <dd>{device.threads}</dd>
      <dt>Runtime</dt>
      <dd>{device.runtime}</dd>
    </dl>
  );
}
