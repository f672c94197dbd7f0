import type { Channel, EngineWindow, HostPort, UiClient } from '../../electron/engine/engine-window.ts';
import { EngineClient } from '../../renderer/engine/client.ts';
import type { EnginePolicy } from '../../renderer/engine/engine-policy.ts';
import type { EnginePort } from '../../renderer/engine/protocol.ts';
import { EngineSupervisor } from '../../renderer/engine/supervisor.ts';
import { FakePort, FakeWorker } from '../engine/fakes.ts';

/** A port as Electron's main process has it. */
export class FakeHostPort extends FakePort implements HostPort {
  once(event: 'message' | 'close', listener: () => void): void {
    const heard = (): void => {
      this.removeEventListener(event, heard);
      listener();
    };
    this.addEventListener(event, heard);
  }
}

export function fakeHostChannel(): Channel<FakeHostPort> {
  const [ui, engine] = [new FakeHostPort(), new FakeHostPort()];
  ui.other = engine;
  engine.other = ui;
  return { ui, engine };
}

/** An engine window that lives and dies as the test says; its page is a real supervisor over a fake Worker. */
export class FakeEngineWindow implements EngineWindow<FakeHostPort> {
  readonly worker = new FakeWorker();
  readonly ports: FakeHostPort[] = [];
  policy: EnginePolicy | null = null;
  destroyed = false;
  #supervisor: EngineSupervisor | null = null;
  #settle: { resolve(): void; reject(error: Error): void } | null = null;
  #gone: (reason: string) => void = () => {};
  #responding: (responding: boolean) => void = () => {};

  load(policy: EnginePolicy): Promise<void> {
    this.policy = policy;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  givePort(port: FakeHostPort): void {
    if (this.#supervisor === null) throw new Error('A port was given before the page could take it.');
    this.ports.push(port);
    this.#supervisor.accept(port);
  }

  onGone(listener: (reason: string) => void): void {
    this.#gone = listener;
  }

  onResponding(listener: (responding: boolean) => void): void {
    this.#responding = listener;
  }

  destroy(): void {
    this.destroyed = true;
    this.#supervisor?.stop();
    for (const port of this.ports) port.close();
  }

  /** The page is there. */
  async loaded(): Promise<void> {
    this.#supervisor = new EngineSupervisor(() => this.worker);
    this.#settle?.resolve();
    await settled();
  }

  async failToLoad(reason: string): Promise<void> {
    this.#settle?.reject(new Error(reason));
    await settled();
  }

  crash(reason: string): void {
    this.#gone(reason);
  }

  respond(responding: boolean): void {
    this.#responding(responding);
  }
}

/** Lets what waits for resolved promises run; independent of (fake) timers. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

/** A UI window with a real client in its page. */
export class FakeUi implements UiClient<FakeHostPort> {
  readonly states: string[] = [];
  readonly client: EngineClient;
  given = 0;
  #onPort: (port: EnginePort) => void = () => {};

  constructor() {
    this.client = new EngineClient((onPort) => {
      this.#onPort = onPort;
      return () => {};
    });
    this.client.onState(({ kind }) => this.states.push(kind));
  }

  givePort(port: FakeHostPort): void {
    this.given += 1;
    this.#onPort(port);
  }
}
