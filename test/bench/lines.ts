import type { BenchLine } from './line.ts';

/** All lines, in the order of the table, by the name that `--only` takes. Each is loaded in the process that measures it. */
export const LINES: Readonly<Record<string, () => Promise<BenchLine>>> = {
  graph: async () => (await import('./lines/graph.ts')).line,
  load: async () => (await import('./lines/load.ts')).line,
  memory: async () => (await import('./lines/memory.ts')).line,
  native: async () => (await import('./lines/native.ts')).line,
  precision: async () => (await import('./lines/precision.ts')).line,
  overhead: async () => (await import('./lines/overhead.ts')).line,
  hover: async () => (await import('./lines/hover.ts')).line,
  throughput: async () => (await import('./lines/throughput.ts')).line,
  start: async () => (await import('./lines/start.ts')).line,
};
