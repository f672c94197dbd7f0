import { toErrorMessage } from '../../models/errors.ts';
import type { Fact, HostDiagnostics } from '../shell/diagnostics.ts';
import type { Shell, ShellVersions } from '../shell/shell.ts';
import { useEngine } from '../stores/engine.ts';
import { useFaults } from '../stores/faults.ts';
import { useModel } from '../stores/model.ts';
import { useSettings } from '../stores/settings.ts';
import { adapterFacts, mayAskForAdapter } from './adapter-facts.ts';
import { diagnosticsText } from './diagnostics-text.ts';

/** All that a report needs, from both sides, as text. Never rejects: what cannot be had is said in it. */
export async function collectDiagnostics(
  shell: Pick<Shell, 'diagnostics' | 'gpu'>,
  versions: ShellVersions,
): Promise<string> {
  const { state, device } = useEngine.getState();
  const standing = shell.gpu === null ? null : await shell.gpu.standing().catch(() => null);
  const [host, adapter] = await Promise.all([
    shell.diagnostics().catch((error: unknown): { trouble: string } | HostDiagnostics => ({
      trouble: toErrorMessage(error).message,
    })),
    mayAskForAdapter(device, standing) ? adapterFacts(navigator.gpu) : [],
  ]);
  const { faults } = useFaults.getState();
  return diagnosticsText({
    versions,
    browser: navigator.userAgent,
    page: pageFacts(),
    engine: state,
    device,
    adapter,
    host,
    faults,
  });
}

function pageFacts(): readonly Fact[] {
  const { state } = useModel.getState();
  const { input, theme } = useSettings.getState();
  return [
    { name: 'Isolated', value: crossOriginIsolated ? 'yes' : 'no: one thread only' },
    { name: 'Window', value: `${innerWidth} × ${innerHeight} at ${devicePixelRatio}, theme ${theme}` },
    { name: 'Model', value: state.kind === 'none' ? 'none' : `${state.id}, ${state.kind}` },
    { name: 'Input', value: JSON.stringify(input) },
  ];
}
