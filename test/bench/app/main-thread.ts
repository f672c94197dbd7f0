import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';

/** An event of Chromium's trace; times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  /** Of the CPU, where the system measures it by thread. */
  readonly tdur: number;
}

const eventSchema = z.object({
  name: z.string(),
  pid: z.number(),
  tid: z.number(),
  ts: z.number(),
  dur: z.number().default(0),
  tdur: z.number().default(0),
  args: z.object({ name: z.string().optional(), data: z.object({ type: z.string().optional() }).optional() }).catch({}),
});

/** No more than tells tasks and inputs apart: every event that is written is time of the thread that is measured. */
const CATEGORIES = ['toplevel', 'devtools.timeline'];
/** What Chromium calls a turn of a thread's loop; what else happens on the thread happens inside one. */
const TASK = 'ThreadControllerImpl::RunTask';

/**
 * The tasks of the page's main thread while `work` runs, and the moments at which it saw an input event.
 * @param input type of the DOM event, of which there must be some: it tells which thread is the page's
 */
export async function traceMainThread(browser: Browser, page: Page, input: string, work: () => Promise<void>) {
  await browser.startTracing(page, { categories: CATEGORIES });
  let trace: Buffer;
  try {
    await work();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = z.object({ traceEvents: z.array(z.unknown()) }).parse(JSON.parse(trace.toString()));
  const events = traceEvents.flatMap((event) => {
    const parsed = eventSchema.safeParse(event);
    return parsed.success ? [parsed.data] : [];
  });
  const inputs = events.filter(({ name, args }) => name === 'EventDispatch' && args.data?.type === input);
  const first = inputs[0];
  if (!first) throw new Error(`The page saw no ${input}.`);
  const main: TraceEvent[] = events.filter(({ pid, tid }) => pid === first.pid && tid === first.tid);
  return {
    tasks: main.filter(({ name }) => name === TASK).sort((a, b) => a.ts - b.ts),
    /** All that the thread did, in whatever nesting. */
    events: main,
    inputs: inputs.map(({ ts }) => ts).sort((a, b) => a - b),
  };
}
