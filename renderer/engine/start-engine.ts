import { type ConnectEngine, EngineClient } from './client.ts';
import { directPorts } from './direct-ports.ts';
import type { Engine } from './engine.ts';
import { type EnginePolicy, FREE_POLICY } from './engine-policy.ts';
import { EngineSupervisor } from './supervisor.ts';
import type { WorkerHandle } from './worker-protocol.ts';

/** The engine of this page: its supervisor here, its Worker beside. Serve clients by `accept`. */
export function startEngineInPage(policy: EnginePolicy = FREE_POLICY): EngineSupervisor {
  return new EngineSupervisor(spawnWorker, policy);
}

/** A client of a supervisor in the same page. */
export function engineOf(supervisor: EngineSupervisor): Engine {
  const connect: ConnectEngine = (onPort) => {
    const [near, far] = directPorts();
    const leave = supervisor.accept(far);
    onPort(near);
    return leave;
  };
  return new EngineClient(connect);
}

function spawnWorker(): WorkerHandle {
  const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  return {
    postMessage: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    onError: (listener) => {
      worker.addEventListener('error', (event) => listener(event.message || 'its script could not be loaded.'));
      worker.addEventListener('messageerror', () => listener('a message could not be read.'));
    },
    terminate: () => worker.terminate(),
  };
}
