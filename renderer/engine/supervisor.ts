import { CancelledError, EngineError, fromErrorMessage, toErrorMessage } from '../../models/errors.ts';
import { type EnginePolicy, FREE_POLICY } from './engine-policy.ts';
import { Lane } from './lane.ts';
import { parseToEngine } from './messages.ts';
import { Pace, READING_TAPS } from './pace.ts';
import type {
  DeviceReport,
  EngineCall,
  EngineCalls,
  EnginePort,
  EngineProgress,
  EngineRequest,
  EngineState,
  FromEngine,
  ModelRef,
} from './protocol.ts';
import type { Patience } from './watchdog.ts';
import { WorkerKeeper, type WorkMessage } from './worker-keeper.ts';
import { isHover, isStudy, type WorkerHandle, type WorkerRequest } from './worker-protocol.ts';

/** A request that makes the Worker die or freeze this often is given up. */
const MAX_ATTEMPTS = 2;
/** Places in the queue beyond this are announced once, not at every step: a thousand pictures would be half a million messages. */
const ANNOUNCED_PLACES = 8;

type Send = (message: FromEngine) => void;

/** A request on its way, from whichever client. */
interface Ticket {
  /** The supervisor's own, towards the Worker. */
  readonly id: number;
  readonly client: Send;
  /** The client's. */
  readonly clientId: number;
  readonly request: EngineRequest;
  attempts: number;
  /** Answered already (cancelled); whatever the Worker still says about it is dropped. */
  withdrawn: boolean;
}

/**
 * Serves any number of clients from one Worker: a queue of pictures and models, studies of what has run ahead of them, what a
 * pointer asks past them all, and a new Worker when the old one dies or freezes, with the request it died on run once more.
 */
export class EngineSupervisor {
  readonly #pace = new Pace(() => performance.now());
  readonly #lane = new Lane<Ticket>();
  readonly #hovers = new Map<number, Ticket>();
  /** What the hovers that are under way may take. */
  #hoverPatience: Patience = READING_TAPS;
  readonly #configuring = new Set<Ticket>();
  readonly #clients = new Set<Send>();
  readonly #keeper: WorkerKeeper;
  #state: EngineState = { kind: 'starting' };
  #nextId = 1;

  /** The Worker is spawned when first needed. */
  constructor(spawn: () => WorkerHandle, policy: EnginePolicy = FREE_POLICY) {
    this.#keeper = new WorkerKeeper(
      spawn,
      {
        onState: (state) => this.#changeState(state),
        onMessage: (message) => this.#onWork(message),
        onGone: (reason, fault) => this.#onGone(reason, fault),
        onSpawn: () => this.#pace.workerSpawned(),
      },
      policy,
    );
  }

  /** Serves the client behind `port` until it says `close`, its port closes, or the answer is called. */
  accept(port: EnginePort): () => void {
    const client: Send = (message) => port.postMessage(message);
    const receive = (event: MessageEvent) => {
      const message = parseToEngine(event.data);
      if (message === null) return;
      if (message.type === 'close') leave();
      else if (message.type === 'cancel')
        this.#cancel((ticket) => ticket.client === client && ticket.clientId === message.id);
      else if (message.type === 'refused')
        client({ type: 'error', id: message.id, error: toErrorMessage(badRequest(message.why)) });
      else this.#ask(client, message);
    };
    const leave = () => {
      port.removeEventListener('message', receive);
      port.removeEventListener('close', leave);
      this.#clients.delete(client);
      this.#cancel((ticket) => ticket.client === client);
      port.close();
    };
    this.#clients.add(client);
    client({ type: 'state', state: this.#state });
    port.addEventListener('message', receive);
    port.addEventListener('close', leave);
    port.start();
    return leave;
  }

  /** Ends the Worker. Clients are left without answers, as when the window closes. */
  stop(): void {
    this.#keeper.stop();
  }

  #ask(client: Send, request: EngineRequest): void {
    const ticket: Ticket = {
      id: this.#nextId++,
      client,
      clientId: request.id,
      request,
      attempts: 0,
      withdrawn: false,
    };
    if (isHover(request)) this.#askHover(ticket, request);
    else if (isStudy(request)) this.#askStudy(ticket);
    else if (request.call === 'configure') {
      const changed = this.#keeper.configure(request.argument.preference, request.argument.threads);
      if (!changed && this.#keeper.device !== null) answer(ticket, this.#keeper.device);
      else this.#configuring.add(ticket);
      this.#keeper.wake();
    } else {
      this.#lane.add(ticket);
      this.#keeper.wake();
      this.#advance();
      this.#announce(this.#lane.waiting.length - 1);
    }
  }

  /** Past the lane: the Worker answers it between two runs, or at once where the taps are in its memory. */
  #askHover(ticket: Ticket, request: WorkerRequest): void {
    if (this.#keeper.device === null) {
      fail(ticket, tapsReleased());
      return;
    }
    this.#hovers.set(ticket.id, ticket);
    this.#keeper.send({ ...request, id: ticket.id });
    // Only the first is timed: a pointer that keeps moving must not keep a frozen Worker alive.
    if (this.#hovers.size > 1) return;
    this.#hoverPatience = READING_TAPS;
    if (this.#lane.active === null) this.#keeper.watch(this.#hoverPatience);
  }

  /** Ahead of pictures that wait: someone looks at a result, and a thousand more are in the queue. */
  #askStudy(ticket: Ticket): void {
    if (this.#keeper.device === null) {
      fail(ticket, tapsReleased());
      return;
    }
    this.#lane.addAheadOf(({ request }) => !isStudy(request), ticket);
    this.#advance();
    this.#announce(0);
  }

  #cancel(matches: (ticket: Ticket) => boolean): void {
    for (const ticket of this.#lane.remove(matches)) fail(ticket, new CancelledError());
    for (const ticket of this.#configuring)
      if (matches(ticket) && this.#configuring.delete(ticket)) fail(ticket, new CancelledError());
    for (const ticket of this.#hovers.values()) if (matches(ticket)) this.#withdraw(ticket);
    const active = this.#lane.active;
    if (active === null || active.withdrawn || !matches(active)) return;
    this.#withdraw(active);
    const device = this.#keeper.device;
    if (device !== null && this.#pace.restartIsSooner(placeOf(active, device)))
      this.#keeper.replace('A long run was cancelled; starting anew is sooner than its end.');
  }

  #withdraw(ticket: Ticket): void {
    if (ticket.withdrawn) return;
    fail(ticket, new CancelledError());
    ticket.withdrawn = true;
    this.#keeper.send({ type: 'cancel', id: ticket.id });
  }

  /** Gives the Worker the next job if it is free. */
  #advance(): void {
    const device = this.#keeper.device;
    if (device === null) return;
    const ticket = this.#lane.next();
    if (ticket === null) return;
    ticket.attempts += 1;
    const phase = isStudy(ticket.request) ? 'studying' : 'decoding';
    this.#keeper.watch(this.#pace.enter(phase, null, placeOf(ticket, device)));
    this.#keeper.send({ ...(ticket.request as WorkerRequest), id: ticket.id });
    this.#announce(0);
  }

  #announce(from: number): void {
    const last = Math.max(from + 1, ANNOUNCED_PLACES);
    const busy = this.#lane.active === null ? 0 : 1;
    for (const [place, ticket] of this.#lane.waiting.slice(0, last).entries())
      if (place >= from)
        tell(ticket, place + busy === 0 ? { phase: 'starting' } : { phase: 'queued', ahead: place + busy });
  }

  #onWork(message: WorkMessage): void {
    const active = this.#lane.active;
    const device = this.#keeper.device;
    const hover = this.#hovers.get(message.id);
    if (hover !== undefined && message.type === 'progress') {
      if (device !== null) this.#hoverPatience = this.#pace.studying(message.multiplyAdds, device);
      if (active === null) this.#keeper.watch(this.#hoverPatience);
      return;
    }
    if (hover !== undefined && message.type !== 'progress') {
      this.#hovers.delete(message.id);
      conclude(hover, message);
      if (active === null && this.#hovers.size === 0) this.#keeper.rest();
      return;
    }
    if (active?.id !== message.id || device === null) return;
    const place = placeOf(active, device);
    if (message.type === 'progress') {
      this.#keeper.watch(this.#pace.enter(message.progress.phase, message.multiplyAdds, place));
      tell(active, message.progress);
      return;
    }
    this.#pace.leave(place, message.type === 'answer');
    this.#lane.finish();
    if (message.type === 'answer') this.#keeper.provedWell();
    conclude(active, message);
    if (this.#hovers.size > 0) this.#keeper.watch(this.#hoverPatience);
    else this.#keeper.rest();
    this.#advance();
  }

  /** The Worker died, froze or was ended: its taps went with it, its job is run again or given up. */
  #onGone(reason: string, fault: EngineError | null): void {
    const lost = tapsReleased(reason);
    for (const ticket of [...this.#hovers.values(), ...this.#lane.remove(({ request }) => isStudy(request))])
      fail(ticket, lost);
    this.#hovers.clear();
    const active = this.#lane.active;
    if (active === null) return;
    if (active.withdrawn || isStudy(active.request)) {
      this.#lane.finish();
      fail(active, lost);
    } else if (fault !== null && active.attempts >= MAX_ATTEMPTS) {
      this.#lane.finish();
      fail(
        active,
        new EngineError(codeOf(fault), `${subjectOf(active.request)}: the engine failed twice on it. ${reason}`),
      );
    } else {
      // What ended on purpose, to change the device, is no attempt of the request's own.
      if (fault === null) active.attempts -= 1;
      this.#lane.retry();
      tell(active, { phase: 'restarting', reason });
    }
  }

  #changeState(state: EngineState): void {
    this.#state = state;
    for (const client of this.#clients) client({ type: 'state', state });
    if (state.kind === 'ready') {
      this.#pace.workerReady();
      for (const ticket of this.#configuring) answer(ticket, state.device);
      this.#configuring.clear();
      this.#advance();
    }
    if (state.kind === 'failed') {
      const error = fromErrorMessage(state.error);
      for (const ticket of [...this.#configuring, ...this.#lane.remove(() => true)]) fail(ticket, error);
      this.#configuring.clear();
    }
  }
}

/** What a request runs on: a model may be wanted on the CPU beside the GPU, where it blocks the Worker and has a pace of its own. */
function placeOf({ request }: Ticket, device: DeviceReport): DeviceReport {
  return modelOf(request)?.provider === 'wasm' ? { ...device, provider: 'wasm' } : device;
}

function modelOf({ call, argument }: EngineRequest): ModelRef | null {
  if (call === 'prepare') return argument;
  return 'model' in argument ? argument.model : null;
}

function conclude(ticket: Ticket, message: Exclude<WorkMessage, { readonly type: 'progress' }>): void {
  if (message.type === 'answer') answer(ticket, message.answer);
  else fail(ticket, fromErrorMessage(message.error));
}

function answer(ticket: Ticket, value: EngineCalls[EngineCall]['answer']): void {
  if (!ticket.withdrawn) ticket.client({ type: 'answer', id: ticket.clientId, answer: value });
}

function fail(ticket: Ticket, error: Error): void {
  if (!ticket.withdrawn) ticket.client({ type: 'error', id: ticket.clientId, error: toErrorMessage(error) });
}

function tell(ticket: Ticket, progress: EngineProgress): void {
  if (!ticket.withdrawn) ticket.client({ type: 'progress', id: ticket.clientId, progress });
}

/** @param reason of the engine's end, as a sentence; null where it is long gone */
function tapsReleased(reason: string | null = null): EngineError {
  const gone = 'The attention of this picture went with the restarted engine. Analyse the picture again.';
  return new EngineError('taps-released', reason === null ? gone : `${gone} (${reason})`);
}

function badRequest(why: string): EngineError {
  return new EngineError('engine-bad-request', `The engine cannot use this request (${why}).`);
}

/** Out of memory and a lost GPU stay what they are; every other end is a crash. */
function codeOf(fault: EngineError): 'engine-crashed' | 'engine-out-of-memory' | 'engine-device-lost' {
  return fault.code === 'engine-out-of-memory' || fault.code === 'engine-device-lost' ? fault.code : 'engine-crashed';
}

function subjectOf(request: EngineRequest): string {
  if (request.call === 'analyze' || request.call === 'faithfulness')
    return `${request.argument.picture.name} on ${request.argument.model.title}`;
  if (request.call === 'classify') {
    const { model, pictures } = request.argument;
    return pictures.length === 1
      ? `${pictures[0]!.name} on ${model.title}`
      : `${pictures.length} pictures from ${pictures[0]!.name} on, on ${model.title}`;
  }
  return request.call === 'prepare' ? request.argument.title : 'The request';
}
