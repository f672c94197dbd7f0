import { availableParallelism, cpus } from 'node:os';
import { z } from 'zod';
import { type Finding, findingSchema, isMet, type Spread } from './finding.ts';

/** Everything that a run of the bench found, as it is written to JSON. */
export const reportSchema = z.strictObject({
  date: z.iso.datetime(),
  mode: z.enum(['full', 'short']),
  machine: z.strictObject({ cpu: z.string(), cores: z.int(), platform: z.string(), node: z.string() }),
  lines: z.array(
    z.strictObject({
      line: z.string(),
      title: z.string(),
      setting: z.string(),
      findings: z.array(findingSchema),
      /** Why there are none; null where it went well. */
      failure: z.string().nullable(),
    }),
  ),
});

export type Report = z.infer<typeof reportSchema>;
export type MeasuredLine = Report['lines'][number];

export function machine(): Report['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}

const COLUMNS = ['what', 'ours', 'other', 'ratio or figure', 'held to', ''] as const;

/** The findings of a line as text, a row each. */
export function table({ title, setting, findings, failure }: MeasuredLine): string {
  const heading = setting === '' ? title : `${title} (${setting})`;
  if (failure !== null) return `${heading}\n  could not be measured: ${failure}`;
  const rows = [[...COLUMNS], ...findings.map(row)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
  );
  const notes = findings.flatMap(({ name, note }) => (note === null ? [] : [`  ${name}: ${note}`]));
  return [heading, ...lines, ...notes].join('\n');
}

function row(finding: Finding): string[] {
  const { name, bound } = finding;
  const met = isMet(finding);
  const held = bound === null ? '' : `${bound.side === 'at-most' ? '≤' : '≥'} ${bound.value} (${bound.kind})`;
  const verdict = met === null ? '' : met ? 'met' : 'missed';
  if (finding.kind === 'figure') {
    const { value, unit } = finding;
    return [name, '', '', `${digits(value.median)} ${unit}${range(value)}`, held, verdict];
  }
  const { ours, other, ratio } = finding;
  const side = ({ label, median }: Spread & { readonly label: string }) => `${label} ${digits(median)} ms`;
  return [name, side(ours), side(other), `${ratio.median.toFixed(3)}${range(ratio)}`, held, verdict];
}

function range({ low, high, count }: Spread): string {
  return count === 1 ? '' : ` [${digits(low)}, ${digits(high)}] n=${count}`;
}

/** Three digits that count. */
function digits(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
