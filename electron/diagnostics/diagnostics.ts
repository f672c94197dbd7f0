import { homedir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  type Fact,
  type HostDiagnostics,
  type LogEntry,
  type LogLevel,
  logEntry,
  MAX_LOG_LINES,
} from '../../renderer/shell/diagnostics.ts';
import { hostFacts } from './host-facts.ts';
import { LogBudget } from './log-budget.ts';
import { LogFile } from './log-file.ts';

export interface DiagnosticsOptions {
  /** The data folder; the log lies in its `logs`. */
  readonly home: string;
  readonly process: 'app' | 'serve';
  /** What only this shell knows, as the state of the GPU in Electron. */
  readonly facts?: () => readonly Fact[];
  readonly log?: LogFile;
  readonly budget?: LogBudget;
}

export function logFolder(home: string): string {
  return join(home, 'logs');
}

/** The log of this process, and what "Copy diagnostics" learns from it. Nothing leaves the machine by itself. */
export class Diagnostics {
  readonly #log: LogFile;
  readonly #facts: () => readonly Fact[];
  readonly #budget: LogBudget;

  constructor({ home, process: kind, facts = () => [], log, budget = new LogBudget() }: DiagnosticsOptions) {
    this.#log = log ?? new LogFile({ folder: logFolder(home), process: kind, home: homedir() });
    this.#facts = facts;
    this.#budget = budget;
  }

  /** For this process itself. */
  log(level: LogLevel, where: string, ...what: readonly unknown[]): void {
    this.#log.write(logEntry(level, where, what.map(textOf).join(' ')));
  }

  /** For a page, which is not believed to be modest. */
  logFromPage(entry: LogEntry): void {
    const allowance = this.#budget.take();
    if (!allowance.ok) return;
    if (allowance.refused > 0)
      this.log('warning', 'log', `${allowance.refused} lines of the page were left out: too many at once.`);
    this.#log.write(entry);
  }

  read(): HostDiagnostics {
    return { facts: [...hostFacts(), ...this.#facts()], lines: [...this.#log.troubles(MAX_LOG_LINES)] };
  }

  /** Writes down what ends the process, and all that it complains of on its terminal, until the answer is called. */
  listen(): () => void {
    const onEnd = (error: Error): void => this.log('error', 'process', error);
    process.on('uncaughtExceptionMonitor', onEnd);
    const { error, warn } = console;
    const also =
      (say: typeof error, level: LogLevel) =>
      (...what: readonly unknown[]): void => {
        say(...what);
        this.log(level, 'process', ...what);
      };
    console.error = also(error, 'error');
    console.warn = also(warn, 'warning');
    return () => {
      process.off('uncaughtExceptionMonitor', onEnd);
      Object.assign(console, { error, warn });
    };
  }
}

function textOf(what: unknown): string {
  if (typeof what === 'string') return what;
  // A stack says more than the message alone, and begins with it.
  if (what instanceof Error) return what.stack ?? what.message;
  return inspect(what, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}
