import { readFileSync } from 'node:fs';
import { Library } from '../../electron/weights/library.ts';
import { proxiedHttp } from '../../electron/weights/proxied-http.ts';

/** Pulls one model into a folder: `FOLDER ENDPOINT ID`. Ends with how much memory that took at most, in bytes. */
const [folder, endpoint, id] = process.argv.slice(2);
if (folder === undefined || endpoint === undefined || id === undefined) throw new Error('FOLDER ENDPOINT ID');

const http = proxiedHttp();
const library = new Library({
  folder,
  address: { endpoint, token: null },
  send: http.send,
  cache: null,
  saveFolder: async () => {},
});
library.subscribe((event) => {
  if (event.kind === 'entry') process.stdout.write(`${event.entry.state.kind}\n`);
});
await library.pull(id);
process.stdout.write(`${JSON.stringify({ peak: peakMemory() })}\n`);
await library.close();
await http.close();

/** In bytes. Linux passes a parent's maximum on to what it starts; the high-water mark of our own memory is in /proc. */
function peakMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
