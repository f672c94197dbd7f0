import { create } from 'zustand';
import { type ErrorMessage, LensError, reasonOf, toErrorMessage } from '../../models/errors.ts';

/** Something that should not have happened, where nothing on the screen is its subject. */
export interface Fault {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The part of the app: "the Compare screen", "the page", "the engine". */
  readonly where: string;
  readonly error: ErrorMessage;
  /** Script positions, and for a part of the screen its components; empty where nobody knows. */
  readonly stack: string;
}

/** What a report needs is what came last. */
export const KEPT_FAULTS = 20;

/** The latest last. The diagnostics log follows it. */
export const useFaults = create<{ readonly faults: readonly Fault[] }>()(() => ({ faults: [] }));

let nextId = 1;

/** @param components of a part of the screen, as React names them */
export function noteFault(where: string, thrown: unknown, components = ''): Fault {
  const script = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const stack = [script, components].map((part) => part.trim()).filter((part) => part !== '');
  const fault: Fault = {
    id: nextId++,
    at: Date.now(),
    where,
    error: messageOf(thrown),
    stack: stack.join('\n'),
  };
  useFaults.setState(({ faults }) => ({ faults: [...faults, fault].slice(-KEPT_FAULTS) }));
  return fault;
}

/** A bug is not the engine's, as an error of no class would be called that comes from there. */
function messageOf(thrown: unknown): ErrorMessage {
  if (thrown instanceof LensError) return toErrorMessage(thrown);
  const name = thrown instanceof Error ? thrown.name : 'Error';
  return { name, code: 'unexpected', message: reasonOf(thrown) };
}

/** A fault for someone who writes it into a report. */
export function faultText({ at, where, error, stack }: Fault): string {
  return [`${new Date(at).toISOString()} in ${where}`, `${error.name} [${error.code}] ${error.message}`, stack]
    .filter((line) => line !== '')
    .join('\n');
}
