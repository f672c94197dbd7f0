import { EngineError, reasonOf, toErrorMessage } from '../../models/errors.ts';
import type { EnginePolicy } from '../../renderer/engine/engine-policy.ts';
import type { EngineState } from '../../renderer/engine/protocol.ts';
import type { Channel, EngineWindow, HostPort, UiClient } from './engine-window.ts';

/** Waits before the first, second, … restart in a row; after the last the engine counts as failed. Milliseconds. */
export const BACKOFF_MS = [250, 1_000, 4_000, 15_000] as const;
/** An engine that ran this long was well; what happens to it later starts a new series. */
export const STABLE_MS = 60_000;
/** A page that has not loaded by then never will. */
export const LOAD_LIMIT_MS = 60_000;
/** A page that is stuck in a long step may come back. */
export const UNRESPONSIVE_GRACE_MS = 15_000;
/** After a failure, until requests count as the user's wish to try again: those in flight are given up meanwhile. */
export const FAILED_PAUSE_MS = 1_000;

export interface EngineHostTools<Port> {
  createWindow(): EngineWindow<Port>;
  createChannel(): Channel<Port>;
}

/** Where the engine window is in its life. What is not `running` holds the engine's ends of all channels. */
type Phase =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'running' }
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: EngineError };

type Timer = ReturnType<typeof setTimeout>;

/**
 * The authority over the engine: one hidden window for all UI windows, started again with growing waits when it dies or
 * hangs. Every UI window has a channel to it; after a restart it gets a new one, and asks again what was in flight.
 *
 * A client's requests wait in its channel while there is no engine, so nothing is lost between two engines. Where there
 * will be none, each client is told so in the engine's own language.
 */
export class EngineHost<Port extends HostPort> {
  readonly #tools: EngineHostTools<Port>;
  /** Client → the engine's end of its channel; null once the engine window has it. */
  readonly #clients = new Map<UiClient<Port>, Port | null>();
  readonly #timers = new Set<Timer>();
  #policy: EnginePolicy;
  #window: EngineWindow<Port> | null = null;
  #phase: Phase = { kind: 'stopped' };
  #failures = 0;

  constructor(tools: EngineHostTools<Port>, policy: EnginePolicy) {
    this.#tools = tools;
    this.#policy = policy;
  }

  get phase(): Phase['kind'] {
    return this.#phase.kind;
  }

  start(): void {
    if (this.#phase.kind === 'stopped') this.#load();
  }

  /** Gives `client` a port to the engine; a client that had one (its page was loaded again) gets another. */
  connect(client: UiClient<Port>): void {
    this.disconnect(client);
    this.#clients.set(client, null);
    if (this.#phase.kind === 'failed') {
      this.#revive();
      return;
    }
    this.start();
    const port = this.#openChannel(client);
    if (this.#phase.kind === 'running') this.#handOver(client, port);
    else port.postMessage({ type: 'state', state: this.#state() });
  }

  /** The client's window is gone. */
  disconnect(client: UiClient<Port>): void {
    const port = this.#clients.get(client);
    this.#clients.delete(client);
    port?.close();
  }

  /** What the next engine starts with. One that must no longer use WebGPU, or may use it again, is replaced at once. */
  setPolicy(policy: EnginePolicy): void {
    const differs = (policy.avoidWebgpu === null) !== (this.#policy.avoidWebgpu === null);
    this.#policy = policy;
    if (!differs || (this.#phase.kind !== 'running' && this.#phase.kind !== 'loading')) return;
    this.#endWindow();
    this.#tell({ kind: 'restarting', reason: policy.avoidWebgpu ?? 'The GPU is tried again.' });
    this.#load();
  }

  stop(): void {
    this.#endWindow();
    this.#phase = { kind: 'stopped' };
    for (const client of [...this.#clients.keys()]) this.disconnect(client);
  }

  #load(): void {
    const window = this.#tools.createWindow();
    this.#window = window;
    this.#phase = { kind: 'loading' };
    window.onGone((reason) => this.#onGone(window, reason));
    let hanging: Timer | undefined;
    window.onResponding((responding) => {
      this.#cancel(hanging);
      if (!responding && window === this.#window)
        hanging = this.#after(UNRESPONSIVE_GRACE_MS, () => this.#onGone(window, 'its page does not respond'));
    });
    const limit = this.#after(LOAD_LIMIT_MS, () => this.#onGone(window, 'its page did not load in time'));
    window.load(this.#policy).then(
      () => {
        this.#cancel(limit);
        if (window === this.#window) this.#onLoaded();
      },
      (error: unknown) => this.#onGone(window, reasonOf(error)),
    );
  }

  #onLoaded(): void {
    this.#phase = { kind: 'running' };
    this.#after(STABLE_MS, () => {
      this.#failures = 0;
    });
    for (const [client, port] of this.#clients) if (port !== null) this.#handOver(client, port);
  }

  #onGone(window: EngineWindow<Port>, reason: string): void {
    // A window that was replaced may still be dying.
    if (window !== this.#window) return;
    this.#endWindow();
    this.#failures += 1;
    const wait = BACKOFF_MS[this.#failures - 1];
    if (wait === undefined) {
      this.#fail(reason);
      return;
    }
    this.#phase = { kind: 'waiting', reason: `The engine ended (${reason}).` };
    this.#tell(this.#state());
    this.#after(wait, () => this.#load());
  }

  #fail(reason: string): void {
    const message = `The engine ended again and again (${reason}). Reload the window to try once more.`;
    this.#phase = { kind: 'failed', error: new EngineError('engine-crashed', message) };
    this.#tell(this.#state());
    this.#after(FAILED_PAUSE_MS, () => {
      this.#dropPorts();
      this.#tell(this.#state());
      for (const port of this.#clients.values()) if (port !== null) this.#reviveOnUse(port);
    });
  }

  /** Whoever asks after a failure may have mended something. */
  #reviveOnUse(port: Port): void {
    const revive = (): void => {
      if (this.#phase.kind === 'failed' && [...this.#clients.values()].includes(port)) this.#revive();
    };
    port.once('message', revive);
    // A picture's bytes cannot be read in the main process; a port that gets one closes.
    port.once('close', revive);
    port.start();
  }

  /** One more try, not a whole series. */
  #revive(): void {
    this.#failures = BACKOFF_MS.length;
    this.#endWindow();
    this.#dropPorts();
    this.#load();
    this.#tell(this.#state());
  }

  #state(): EngineState {
    if (this.#phase.kind === 'waiting') return { kind: 'restarting', reason: this.#phase.reason };
    if (this.#phase.kind === 'failed') return { kind: 'failed', error: toErrorMessage(this.#phase.error) };
    return { kind: 'starting' };
  }

  /** Tells all clients, over new channels where the old ones went with their engine. */
  #tell(state: EngineState): void {
    for (const [client, port] of this.#clients)
      (port ?? this.#openChannel(client)).postMessage({ type: 'state', state });
  }

  #openChannel(client: UiClient<Port>): Port {
    const { ui, engine } = this.#tools.createChannel();
    this.#clients.set(client, engine);
    client.givePort(ui);
    return engine;
  }

  #handOver(client: UiClient<Port>, port: Port): void {
    this.#clients.set(client, null);
    this.#window?.givePort(port);
  }

  #dropPorts(): void {
    for (const [client, port] of this.#clients) {
      this.#clients.set(client, null);
      port?.close();
    }
  }

  #endWindow(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    const window = this.#window;
    this.#window = null;
    window?.destroy();
  }

  /** A timer that ends with the window it is about. */
  #after(milliseconds: number, act: () => void): Timer {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: Timer | undefined): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(timer);
  }
}
