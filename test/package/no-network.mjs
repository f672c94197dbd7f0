import { appendFileSync } from 'node:fs';
import { Socket } from 'node:net';

// Loaded before a program (NODE_OPTIONS=--import): whoever asks for the network is refused, and written down.
const log = process.env.CVT_LENS_TEST_NETWORK_LOG;
const connect = Socket.prototype.connect;

Socket.prototype.connect = /** @type {typeof connect} */ (
  /** @this {Socket} @param {...any} words */
  function refuse(...words) {
    const [options] = Array.isArray(words[0]) ? words[0] : words;
    // Pipes between processes are no network.
    if (typeof options === 'string' || options?.path !== undefined)
      return connect.apply(this, /** @type {any} */ (words));
    const target = `${options?.host ?? options}:${options?.port ?? ''}`;
    if (log) appendFileSync(log, `${target}\n`);
    // Later: whoever asks has yet to listen for errors.
    setImmediate(() => this.destroy(new Error(`This test has no network, and ${target} was asked for.`)));
    return this;
  }
);
