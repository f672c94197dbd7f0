import type { StoreApi } from 'zustand';
import { CancelledError, LensError, toErrorMessage } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineCalls, EngineProgress } from '../engine/protocol.ts';
import {
  putStudy,
  type Studies,
  type Study,
  type StudyAnswer,
  type StudyArgument,
  type StudyCall,
  studyAt,
} from '../stores/studies.ts';
import type { Leisure } from './leisure.ts';
import type { StudyCache } from './study-cache.ts';

/** What all slots share. */
export interface StudyBench {
  readonly engine: Engine;
  /** Where the studies stand. */
  readonly store: StoreApi<Studies>;
  readonly cache: StudyCache;
  /** Runs the picture of `runId` again, whose taps the engine has let go of; its new run changes what is wanted. */
  readonly refresh: (runId: string) => Promise<void>;
  readonly leisure: Leisure;
}

interface Flight<Call extends StudyCall> {
  readonly argument: StudyArgument<Call>;
  readonly controller: AbortController;
}

/**
 * Keeps one study of the store at what is wanted. One request at a time and the latest wish wins: a request for another
 * place of the same map runs on, because a pointer that moves faster than the engine would else never see an answer;
 * any other is cancelled.
 */
export class StudySlot<Call extends StudyCall> {
  readonly #bench: StudyBench;
  readonly #call: Call;
  readonly #at: number;
  #flight: Flight<Call> | null = null;
  /** The wish whose taps were gone last, without its run: a second time in a row is a failure. */
  #refreshed: string | null = null;

  #later: StudyArgument<Call> | null = null;

  constructor(bench: StudyBench, call: Call, at: number) {
    this.#bench = bench;
    this.#call = call;
    this.#at = at;
  }

  get #study(): Study<Call> {
    return studyAt(this.#bench.store.getState(), this.#call, this.#at);
  }

  wish(argument: StudyArgument<Call> | null): void {
    this.#forgetLater();
    const { wanted } = this.#study;
    if (argument === null) {
      if (wanted === null) return;
      this.#abort();
      this.#refreshed = null;
      putStudy(this.#bench.store, this.#call, this.#at, { wanted: null, state: { kind: 'idle' }, answered: null });
    } else if (wanted === null || !sameArgument(wanted, argument)) {
      this.#want(argument);
    }
  }

  /**
   * The same for a place that nobody looks at closely: while only the place changes, the pointer's every step is not asked
   * for, but a few of them a second.
   */
  wishAtLeisure(argument: StudyArgument<Call> | null): void {
    const { wanted } = this.#study;
    if (!argument || !wanted || !sameMap(wanted, argument) || sameArgument(wanted, argument)) {
      this.wish(argument);
      return;
    }
    this.#later = argument;
    this.#bench.leisure.take(this.#atLeisure);
  }

  readonly #atLeisure = (): void => {
    if (this.#later) this.wish(this.#later);
  };

  /** Withdraws what is under way, until something else is wanted. */
  cancel(): void {
    if (this.#study.state.kind !== 'working') return;
    this.#abort();
    this.#put({ state: { kind: 'stopped' } });
  }

  retry(): void {
    const { wanted, state } = this.#study;
    if (wanted && (state.kind === 'stopped' || state.kind === 'failed')) this.#want(wanted);
  }

  #want(argument: StudyArgument<Call>): void {
    const { answered } = this.#study;
    const kept = answered?.argument.runId === argument.runId ? answered : null;
    const known = this.#known(argument);
    if (known !== null) {
      this.#abort();
      this.#refreshed = null;
      putStudy(this.#bench.store, this.#call, this.#at, {
        wanted: argument,
        state: { kind: 'done' },
        answered: { argument, answer: known },
      });
      return;
    }
    const state = { kind: 'working', progress: null, since: performance.now() } as const;
    putStudy(this.#bench.store, this.#call, this.#at, { wanted: argument, state, answered: kept });
    if (this.#flight && sameMap(this.#flight.argument, argument)) return;
    this.#abort();
    void this.#fly(argument);
  }

  async #fly(argument: StudyArgument<Call>): Promise<void> {
    const flight: Flight<Call> = { argument, controller: new AbortController() };
    this.#flight = flight;
    try {
      const answer = await this.#bench.engine.call<Call>(this.#call, argument, {
        signal: flight.controller.signal,
        onProgress: (progress) => this.#progressed(flight, progress),
      });
      this.#bench.cache.set(this.#key(argument), answer);
      if (this.#flight !== flight) return;
      this.#flight = null;
      this.#landed(argument, answer);
    } catch (error) {
      if (this.#flight !== flight) return;
      this.#flight = null;
      await this.#failed(argument, error);
    }
  }

  #landed(argument: StudyArgument<Call>, answer: StudyAnswer<Call>): void {
    const { wanted } = this.#study;
    if (!wanted) return;
    this.#refreshed = null;
    const answered = { argument, answer };
    if (sameArgument(wanted, argument)) {
      this.#put({ state: { kind: 'done' }, answered });
    } else {
      // A place that the pointer has just left is still the newest there is.
      this.#put({ answered });
      this.#want(wanted);
    }
  }

  async #failed(argument: StudyArgument<Call>, error: unknown): Promise<void> {
    const { wanted } = this.#study;
    if (!wanted) return;
    const place = this.#key({ ...argument, runId: '' });
    if (!sameArgument(wanted, argument)) {
      this.#want(wanted);
    } else if (error instanceof CancelledError) {
      this.#put({ state: { kind: 'stopped' } });
    } else if (error instanceof LensError && error.code === 'taps-released' && this.#refreshed !== place) {
      this.#refreshed = place;
      await this.#bench.refresh(argument.runId);
    } else {
      this.#put({ state: { kind: 'failed', error: toErrorMessage(error) } });
    }
  }

  #progressed(flight: Flight<Call>, progress: EngineProgress): void {
    const { state } = this.#study;
    if (this.#flight === flight && state.kind === 'working') this.#put({ state: { ...state, progress } });
  }

  #forgetLater(): void {
    this.#bench.leisure.leave(this.#atLeisure);
    this.#later = null;
  }

  #put(change: Partial<Study<Call>>): void {
    putStudy(this.#bench.store, this.#call, this.#at, { ...this.#study, ...change });
  }

  #abort(): void {
    const flight = this.#flight;
    this.#flight = null;
    flight?.controller.abort();
  }

  #known(argument: StudyArgument<Call>): StudyAnswer<Call> | null {
    // What is kept under a call's key is that call's answer.
    return this.#bench.cache.get(this.#key(argument)) as StudyAnswer<Call> | null;
  }

  #key(argument: StudyArgument<Call>): string {
    return `${this.#call} ${JSON.stringify(argument)}`;
  }
}

function sameArgument(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether two wishes differ in nothing but the place that is pointed at. */
function sameMap<Call extends StudyCall>(a: StudyArgument<Call>, b: StudyArgument<Call>): boolean {
  return JSON.stringify(a, withoutPlace) === JSON.stringify(b, withoutPlace);
}

const PLACES = new Set<string>(['query', 'key', 'token'] satisfies (keyof (EngineCalls['row']['argument'] &
  EngineCalls['column']['argument'] & { token: number }))[]);

function withoutPlace(name: string, value: unknown): unknown {
  return PLACES.has(name) ? undefined : value;
}
