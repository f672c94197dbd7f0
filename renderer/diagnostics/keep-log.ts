import type { EngineState } from '../engine/protocol.ts';
import { type LogEntry, logEntry } from '../shell/diagnostics.ts';
import type { Shell } from '../shell/shell.ts';
import { type Fault, useFaults } from '../stores/faults.ts';

type Log = Pick<Shell, 'log'>;

/** Writes what goes wrong in this window into the local log: faults that were noted before too. The answer ends it. */
export function logFaults(shell: Log): () => void {
  let last = -1;
  const write = (faults: readonly Fault[]) => {
    for (const fault of faults) {
      if (fault.id <= last) continue;
      last = fault.id;
      shell.log(faultEntry(fault));
    }
  };
  write(useFaults.getState().faults);
  return useFaults.subscribe(({ faults }) => write(faults));
}

function faultEntry({ where, error, stack }: Fault): LogEntry {
  return logEntry('error', where, `[${error.code}] ${error.message}${stack ? `\n${stack}` : ''}`);
}

/** Writes what the engine runs on, and why it runs on something else, into the local log. */
export function logEngine(shell: Log): (state: EngineState) => void {
  let last = '';
  return (state) => {
    const entry = engineEntry(state);
    // A busy engine says that it is ready again and again.
    if (entry === null || entry.text === last) return;
    last = entry.text;
    shell.log(entry);
  };
}

function engineEntry(state: EngineState): LogEntry | null {
  switch (state.kind) {
    case 'starting':
      return null;
    case 'restarting':
      return logEntry('warning', 'engine', `starts again: ${state.reason}`);
    case 'failed':
      return logEntry('error', 'engine', `failed: [${state.error.code}] ${state.error.message}`);
    case 'ready': {
      const { provider, adapter, threads, fallbackReason, preference } = state.device;
      const text = `runs on ${provider}${adapter ? ` (${adapter})` : ''}, ${threads} threads, wanted: ${preference}`;
      // Without a GPU the CPU is what was wanted of `auto`.
      const level = fallbackReason === null || preference === 'auto' ? 'info' : 'warning';
      return logEntry(level, 'engine', fallbackReason === null ? text : `${text}; ${fallbackReason}`);
    }
  }
}
