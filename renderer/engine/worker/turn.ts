/**
 * Lets messages that wait be heard: withdrawals, and questions of others. On the CPU runs follow each other without the event
 * loop turning in between. A timer would do too, and wait four milliseconds.
 */
export function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
