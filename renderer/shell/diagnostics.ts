import { z } from 'zod';

/** What a page may say for the log, and what it is told for "Copy diagnostics". Both shells carry the same. */

/** In characters; what is longer is cut where it is written. */
export const MAX_LOG_TEXT = 4_000;
const MAX_WHERE = 100;
/** Of the log, in one copy of the diagnostics. */
export const MAX_LOG_LINES = 60;

export const logEntrySchema = z.object({
  level: z.enum(['info', 'warning', 'error']),
  /** The part of the app that speaks: `engine`, `Inspect`, … */
  where: z.string().min(1).max(MAX_WHERE),
  text: z.string().max(MAX_LOG_TEXT),
});
export type LogEntry = z.infer<typeof logEntrySchema>;
export type LogLevel = LogEntry['level'];

/** A line of the log. */
export const logLineSchema = logEntrySchema.extend({
  /** ISO 8601, UTC. */
  at: z.string().max(40),
  /** Which process wrote it, and which start of it: `app 4711`, `serve 4712`. */
  process: z.string().max(40),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** What the other side knows of the machine and of itself; no paths. */
export const hostDiagnosticsSchema = z.object({
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  /** The newest warnings and errors, oldest first; of earlier starts too. */
  lines: z.array(logLineSchema),
});
export type HostDiagnostics = z.infer<typeof hostDiagnosticsSchema>;
export type Fact = HostDiagnostics['facts'][number];

/** An entry that the other side takes, whatever was thrown. */
export function logEntry(level: LogLevel, where: string, text: string): LogEntry {
  return { level, where: where.slice(0, MAX_WHERE) || 'page', text: cut(text) };
}

function cut(text: string): string {
  return text.length <= MAX_LOG_TEXT ? text : `${text.slice(0, MAX_LOG_TEXT - 1)}…`;
}
