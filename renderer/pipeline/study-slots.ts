import type { StudyCall } from '../stores/studies.ts';
import { type StudyBench, StudySlot } from './study-slot.ts';
import type { Wishes } from './wishes.ts';

// Rows first: the pointer waits for them.
const CALLS: readonly StudyCall[] = [
  'row',
  'column',
  'stageRows',
  'attribution',
  'rollout',
  'projection',
  'statistics',
];

/** All studies of one subject, in one store. */
export class StudySlots {
  readonly #bench: StudyBench;
  readonly #slots: { readonly [Call in StudyCall]: StudySlot<Call>[] } = {
    row: [],
    column: [],
    stageRows: [],
    statistics: [],
    rollout: [],
    attribution: [],
    projection: [],
  };

  constructor(bench: StudyBench) {
    this.#bench = bench;
  }

  /** @param first the stage that is shown large; the engine answers in the order in which it is asked */
  follow(wishes: Wishes, first: number): void {
    for (const call of CALLS) followCall(this.#bench, this.#slots, call, wishes, first);
  }

  /** Withdraws a study that is under way, until something else is wanted. */
  cancel(call: StudyCall, at: number): void {
    this.#slots[call][at]?.cancel();
  }

  /** Asks again for what was withdrawn or has failed. */
  retry(call: StudyCall, at: number): void {
    this.#slots[call][at]?.retry();
  }
}

function followCall<Call extends StudyCall>(
  bench: StudyBench,
  slots: { readonly [Each in StudyCall]: StudySlot<Each>[] },
  call: Call,
  wishes: Wishes,
  first: number,
): void {
  const list: StudySlot<Call>[] = slots[call];
  // What was wanted by a model of more stages has to be withdrawn too.
  const count = Math.max(list.length, wishes[call].length);
  while (list.length < count) list.push(new StudySlot<Call>(bench, call, list.length));
  const order = [...list.keys()].sort((a, b) => Number(b === first) - Number(a === first));
  for (const at of order) {
    const wish = wishes[call][at] ?? null;
    if (at === first || wishes[call].length === 1) list[at]!.wish(wish);
    else list[at]!.wishAtLeisure(wish);
  }
}
