import { app } from 'electron';

/** Lets downloads and writes come to rest before the app ends, once; what has arrived is kept. */
export function closeBeforeQuit(...services: readonly { close(): Promise<void> }[]): void {
  let closing: Promise<void> | null = null;
  app.on('will-quit', (event) => {
    if (closing !== null) return;
    event.preventDefault();
    closing = Promise.all(services.map((service) => service.close())).then(
      () => {},
      (error: unknown) => console.error(error),
    );
    void closing.then(() => app.quit());
  });
}

/** Ctrl-C in the terminal that started us, or a supervisor's wish: quit as a user would. */
export function quitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => app.quit());
}
