import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { redact } from '../../renderer/diagnostics/redact.ts';
import { type LogEntry, type LogLine, logEntry, logLineSchema } from '../../renderer/shell/diagnostics.ts';

/** Of one file; then the next begins. */
export const MAX_FILE_BYTES = 256 * 1024;
/** All files of all processes; the oldest go. With the above, the log never takes more than 2 MiB. */
export const MAX_FILES = 8;

const NAME = /^[\dTZ-]+-(?:app|serve)-\d+\.jsonl$/;

export interface LogFileOptions {
  /** The folder of the logs; made at the first line. */
  readonly folder: string;
  readonly process: 'app' | 'serve';
  /** The user's home folder, which no line may name. */
  readonly home: string;
  readonly pid?: number;
  readonly now?: () => Date;
}

/**
 * The log of one process: lines of JSON in files of its own, so that two processes on one data folder never write or rename each
 * other's. Written at once, because the next thing may be a crash, and what is said here is rare. A disk that refuses ends the
 * logging and nothing else.
 */
export class LogFile {
  readonly #options: Required<LogFileOptions>;
  #file: string | null = null;
  #size = 0;
  #works = true;

  constructor(options: LogFileOptions) {
    this.#options = { pid: process.pid, now: () => new Date(), ...options };
  }

  /** Writes a line, without what must not be in it. Never throws. */
  write({ level, where, text }: LogEntry): void {
    const { home, process: kind, pid, now } = this.#options;
    if (!this.#works) return;
    const entry = logEntry(level, redact(where, home), redact(logEntry(level, where, text).text, home));
    const line: LogLine = { at: now().toISOString(), process: `${kind} ${pid}`, ...entry };
    const json = `${JSON.stringify(line)}\n`;
    try {
      appendFileSync(this.#fileFor(json.length), json, { mode: 0o600 });
      this.#size += Buffer.byteLength(json);
    } catch {
      this.#works = false;
    }
  }

  /** The newest warnings and errors of all processes and starts, oldest first. */
  troubles(most: number): readonly LogLine[] {
    const found: LogLine[] = [];
    for (const name of this.#names().reverse()) {
      const lines = readLines(join(this.#options.folder, name)).filter(({ level }) => level !== 'info');
      found.unshift(...lines);
      if (found.length >= most) break;
    }
    return found.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-most);
  }

  #fileFor(bytes: number): string {
    const { folder, process: kind, pid, now } = this.#options;
    if (this.#file !== null && this.#size + bytes <= MAX_FILE_BYTES) return this.#file;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of this.#names().slice(0, -(MAX_FILES - 1))) rmSync(join(folder, name), { force: true });
    // Sorted by name, they are sorted by time.
    const stamp = now().toISOString().replaceAll(/[:.]/g, '-');
    this.#file = join(folder, `${stamp}-${kind}-${pid}.jsonl`);
    this.#size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    return this.#file;
  }

  #names(): string[] {
    try {
      return readdirSync(this.#options.folder)
        .filter((name) => NAME.test(name))
        .sort();
    } catch {
      return [];
    }
  }
}

/** A line that a power cut has halved is left out. */
function readLines(file: string): readonly LogLine[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [logLineSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}
