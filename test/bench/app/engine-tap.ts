import type { Page } from 'playwright-core';
import { z } from 'zod';

/** What the engine says of where an analysis's time went, in milliseconds. */
const timingsSchema = z.object({
  decodeMs: z.number(),
  preprocessMs: z.number(),
  runMs: z.number(),
  readMs: z.number(),
});
export type Timings = z.infer<typeof timingsSchema>;

/** Ids that the page's own requests never reach. */
const FIRST_ID = 1_000_000;

interface EngineWindow extends Window {
  engineWorker?: Worker;
  lastAnalyze?: { readonly id: number };
  lastTimings?: Timings;
  offered?: Blob;
}

/** Before the page loads: keeps the engine's Worker within reach, its latest request for an analysis and what came of it. */
export async function tapEngine(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const host = window as EngineWindow;
    const Original = Worker;
    window.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (options?.name !== 'engine') return;
        host.engineWorker = this;
        this.addEventListener('message', ({ data }) => {
          if (data.type === 'answer' && data.answer?.timings?.runMs !== undefined)
            host.lastTimings = data.answer.timings;
        });
      }

      override postMessage(message: { call?: string; id: number }, ...rest: unknown[]): void {
        if (message.call === 'analyze') host.lastAnalyze = message;
        super.postMessage(message, ...(rest as [Transferable[]]));
      }
    };
  });
}

let nextId = FIRST_ID;

/** Has the Worker analyse the latest picture again, past the page: nothing but the engine works meanwhile. */
export async function analyseAgain(page: Page): Promise<Timings> {
  const id = nextId++;
  const timings = await page.evaluate((own) => {
    const { engineWorker, lastAnalyze } = window as EngineWindow;
    if (!engineWorker || !lastAnalyze) throw new Error('Nothing was analysed yet.');
    return new Promise((resolve) => {
      const hear = ({ data }: MessageEvent) => {
        if (data.id !== own || data.type === 'progress') return;
        engineWorker.removeEventListener('message', hear);
        resolve(data.answer?.timings);
      };
      engineWorker.addEventListener('message', hear);
      engineWorker.postMessage({ ...lastAnalyze, id: own });
    });
  }, id);
  return timingsSchema.parse(timings);
}

/** Brings a JPEG into the page, for {@link dropAndTime}. */
export async function offerPicture(page: Page, jpeg: Uint8Array): Promise<void> {
  await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    (window as EngineWindow).offered = new Blob([bytes], { type: 'image/jpeg' });
  }, Buffer.from(jpeg).toString('base64'));
}

/** Drops the offered picture, as one nobody has seen before. @returns milliseconds until the frame that shows its answer, and the engine's own */
export async function dropAndTime(page: Page): Promise<{ readonly ms: number; readonly engine: Timings }> {
  const id = nextId++;
  const timed = await page.evaluate(async (name) => {
    const bytes = (window as EngineWindow).offered;
    if (!bytes) throw new Error('No picture was offered.');
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: bytes.type }));
    const answered = () =>
      document.querySelector('.picture-image')?.getAttribute('alt') === name &&
      document.querySelectorAll('[data-testid="predictions"] li').length === 5;
    const start = performance.now();
    const shown = new Promise<number>((resolve) => {
      const observer = new MutationObserver(() => {
        if (!answered()) return;
        observer.disconnect();
        // A message that is posted within a frame is heard when that frame is done.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - start);
          port2.postMessage(null);
        });
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    const ms = await shown;
    return { ms, engine: (window as EngineWindow).lastTimings };
  }, `bench-${id}.jpg`);
  return z.object({ ms: z.number(), engine: timingsSchema }).parse(timed);
}
