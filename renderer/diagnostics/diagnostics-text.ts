import type { DeviceReport, EngineState } from '../engine/protocol.ts';
import type { Fact, HostDiagnostics } from '../shell/diagnostics.ts';
import type { ShellVersions } from '../shell/shell.ts';
import { type Fault, faultText } from '../stores/faults.ts';
import { redact } from './redact.ts';

export interface DiagnosticsParts {
  readonly versions: ShellVersions;
  readonly browser: string;
  readonly page: readonly Fact[];
  readonly engine: EngineState;
  readonly device: DeviceReport | null;
  readonly adapter: readonly Fact[];
  /** Why the other side said nothing, where it did. */
  readonly host: HostDiagnostics | { readonly trouble: string };
  readonly faults: readonly Fault[];
}

/** Everything for a report as one text that a person can read through before sending it. Folders and secrets are taken out. */
export function diagnosticsText(parts: DiagnosticsParts): string {
  const { versions, browser, page, engine, device, adapter, host, faults } = parts;
  const hostFacts = 'trouble' in host ? [{ name: 'The app’s other side', value: host.trouble }] : host.facts;
  const lines = 'trouble' in host ? [] : host.lines;
  const text = [
    `CvT Lens ${versions.app}, ${versions.host}`,
    section('Machine', [...hostFacts, { name: 'Browser', value: browser }, ...page]),
    section('Engine', [{ name: 'State', value: stateText(engine) }, ...deviceFacts(device), ...adapter]),
    list('Errors of this window', faults.map(faultText)),
    list(
      'Log',
      lines.map((line) => `${line.at} ${line.process} ${line.level} ${line.where}: ${line.text}`),
    ),
  ];
  return `${redact(text.join('\n\n'))}\n`;
}

function section(title: string, facts: readonly Fact[]): string {
  return [`## ${title}`, ...facts.map(({ name, value }) => `${name}: ${value}`)].join('\n');
}

function list(title: string, entries: readonly string[]): string {
  return [`## ${title}`, ...(entries.length > 0 ? entries : ['none'])].join('\n');
}

function stateText(state: EngineState): string {
  switch (state.kind) {
    case 'failed':
      return `failed: [${state.error.code}] ${state.error.message}`;
    case 'restarting':
      return `restarting: ${state.reason}`;
    default:
      return state.kind;
  }
}

function deviceFacts(device: DeviceReport | null): readonly Fact[] {
  if (device === null) return [{ name: 'Runs on', value: 'not known yet' }];
  const { preference, provider, adapter, threads, fallbackReason, runtime } = device;
  return [
    { name: 'Runs on', value: `${provider}${adapter ? ` (${adapter})` : ''}, wanted: ${preference}` },
    { name: 'Threads', value: String(threads) },
    { name: 'Why not as wanted', value: fallbackReason ?? 'it is as wanted' },
    { name: 'Runtime', value: runtime },
  ];
}
