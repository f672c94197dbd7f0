import { create, type StoreApi } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import type { EngineCalls, EngineProgress } from '../engine/protocol.ts';

/** The engine calls whose answers follow the view: about a run whose taps the engine holds. */
export type StudyCall = 'row' | 'column' | 'stageRows' | 'statistics' | 'rollout' | 'attribution' | 'projection';

export type StudyArgument<Call extends StudyCall> = EngineCalls[Call]['argument'];
export type StudyAnswer<Call extends StudyCall> = EngineCalls[Call]['answer'];

/** How the engine stands with what is wanted. */
export type StudyState =
  /** Nothing is. */
  | { readonly kind: 'idle' }
  /** `since` as performance.now() has it. */
  | { readonly kind: 'working'; readonly progress: EngineProgress | null; readonly since: number }
  | { readonly kind: 'done' }
  /** By the user; until something else is wanted, or this again. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/** What one place of the view wants of the engine, and what it has got. */
export interface Study<Call extends StudyCall> {
  readonly wanted: StudyArgument<Call> | null;
  readonly state: StudyState;
  /**
   * The newest answer of the run that is wanted; where the state is not `done`, of another place or block than the wanted
   * one. Never of another run.
   */
  readonly answered: { readonly argument: StudyArgument<Call>; readonly answer: StudyAnswer<Call> } | null;
}

/**
 * Per call, by stage: `row`, `column`, `statistics` and `projection` have a study for every stage; `stageRows`, `rollout` and
 * `attribution` only the one at 0.
 */
export type Studies = { readonly [Call in StudyCall]: readonly Study<Call>[] };

const NOTHING = { wanted: null, state: { kind: 'idle' }, answered: null } as const;

export const NO_STUDIES: Studies = {
  row: [],
  column: [],
  stageRows: [],
  statistics: [],
  rollout: [],
  attribution: [],
  projection: [],
};

/** Of the picture that is inspected. */
export const useStudies = create<Studies>()(() => NO_STUDIES);

export function studyAt<Call extends StudyCall>(studies: Studies, call: Call, at: number): Study<Call> {
  return studies[call][at] ?? NOTHING;
}

/** The answer to what is wanted now; null while it is not there. */
export function answerAt<Call extends StudyCall>(studies: Studies, call: Call, at: number): StudyAnswer<Call> | null {
  const { state, answered } = studyAt(studies, call, at);
  return state.kind === 'done' && answered ? answered.answer : null;
}

export function putStudy<Call extends StudyCall>(
  store: StoreApi<Studies>,
  call: Call,
  at: number,
  study: Study<Call>,
): void {
  store.setState((studies) => {
    const list: Study<Call>[] = [...studies[call]];
    while (list.length <= at) list.push(NOTHING);
    list[at] = study;
    return { [call]: list };
  });
}
