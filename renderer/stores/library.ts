import { create } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import type { LibraryEntry } from '../shell/library-entry.ts';
import type { LibrarySnapshot, WorkProgress } from '../shell/model-library.ts';

interface LibraryState {
  /** Null until the library has answered for the first time. */
  readonly snapshot: LibrarySnapshot | null;
  /** What the last action on a subject (a model's id, or a setting's name) ended with, until the next one on it. */
  readonly troubles: Readonly<Record<string, ErrorMessage>>;
  /** Actions under way, by subject; null where nobody knows how far they are. */
  readonly work: Readonly<Record<string, WorkProgress | null>>;
}

export const useLibrary = create<LibraryState>()(() => ({ snapshot: null, troubles: {}, work: {} }));

export function setTrouble(subject: string, error: ErrorMessage | null): void {
  useLibrary.setState(({ troubles }) => ({ troubles: withKey(troubles, subject, error ?? undefined) }));
}

/** @param progress undefined: the work is over */
export function setWork(subject: string, progress: WorkProgress | null | undefined): void {
  useLibrary.setState(({ work }) => ({ work: withKey(work, subject, progress) }));
}

export function entryById(snapshot: LibrarySnapshot | null, id: string): LibraryEntry | null {
  return snapshot?.entries.find((entry) => entry.id === id) ?? null;
}

/** Whether a model can be used without a download. */
export function isUsable({ state }: LibraryEntry): boolean {
  return state.kind === 'installed' || (state.kind === 'available' && state.cached);
}

/** On this machine, whole or broken; imports are nowhere else. */
export function isHere(entry: LibraryEntry): boolean {
  return entry.state.kind === 'installed' || entry.state.kind === 'broken' || entry.kind === 'imported';
}

function withKey<Value>(record: Readonly<Record<string, Value>>, key: string, value: Value | undefined) {
  const { [key]: _, ...rest } = record;
  return value === undefined ? rest : { ...rest, [key]: value };
}
