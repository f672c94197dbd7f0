/** A page that nobody sees draws none. */
const LONGEST_WAIT_MS = 100;

/** Resolves with the first frame after the one that shows what was changed just now. */
export function afterFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_WAIT_MS);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        clearTimeout(timer);
        resolve();
      }),
    );
  });
}
