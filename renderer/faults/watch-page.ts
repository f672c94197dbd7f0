import { CancelledError } from '../../models/errors.ts';
import { copyText } from '../pipeline/export-save.ts';
import { faultText, noteFault } from '../stores/faults.ts';
import { useNotices } from '../stores/notices.ts';

/** The same fault again and again is said once in this time; the list of faults has each. Milliseconds. */
export const SAID_EVERY_MS = 60_000;

/** The browser's way to say that a layout took two passes: it is repeated in the next frame, and nothing is lost. */
const HARMLESS = /^ResizeObserver loop /;

type Watched = Pick<Window, 'addEventListener' | 'removeEventListener'>;

/** Takes what no one caught to a quiet notice and to the list of faults; the answer ends it. */
export function watchPage(view: Watched): () => void {
  const said = new Map<string, number>();
  const take = (thrown: unknown): void => {
    if (thrown instanceof CancelledError || isAbort(thrown)) return;
    const fault = noteFault('the page', thrown);
    const { message } = fault.error;
    const last = said.get(message);
    if (last !== undefined && fault.at - last < SAID_EVERY_MS) return;
    said.set(message, fault.at);
    const { show } = useNotices.getState();
    show(`A part of the app failed: ${message} Pictures and results are kept.`, {
      label: 'Copy details',
      run: () => void copyText(faultText(fault)).catch((error: unknown) => show(String(error))),
    });
  };
  const onError = (event: ErrorEvent): void => {
    if (HARMLESS.test(event.message)) return;
    take(event.error ?? new Error(event.message));
  };
  const onRejection = ({ reason }: PromiseRejectionEvent): void => take(reason);
  view.addEventListener('error', onError);
  view.addEventListener('unhandledrejection', onRejection);
  return () => {
    view.removeEventListener('error', onError);
    view.removeEventListener('unhandledrejection', onRejection);
  };
}

/** What the browser itself throws for work that was withdrawn. */
function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}
