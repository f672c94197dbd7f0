import type { CheckpointError, CheckpointErrorCode } from '../../errors.ts';

/**
 * What pickles become: None, bool, int, float and str as null, boolean, number (bigint beyond 2^53), number and string; bytes
 * as Uint8Array, or as {@link PickleExtent} where the pickle is read from a file in pieces; tuple as a frozen array, list as an array that is not; dict as Map and set as Set, so that no key is special.
 * Whatever else there is, the caller's own builders made.
 */
export type PickleValue = unknown;

/** The place in a pickle that is being read. */
export interface PickleSite {
  /** An error that names the file and the byte. */
  error(code: CheckpointErrorCode, text: string): CheckpointError;
  /** Where in the file `text`, which the pickle has held, stands as UTF-8; null where the pickle is not read in pieces. */
  extentOf(text: string): PickleExtent | null;
  /** A dict of keys and values by turns, held to the machine's limits. */
  dict(pairs: readonly PickleValue[]): PickleValue;
}

/** Bytes that stay in the file: the content of a bytes object, or of text that is too long to be a name. */
export class PickleExtent {
  readonly kind: 'bytes' | 'text';
  /** Byte offsets in the file, `end` exclusive. */
  readonly start: number;
  readonly end: number;

  constructor(kind: 'bytes' | 'text', start: number, end: number) {
    this.kind = kind;
    this.start = start;
    this.end = end;
  }

  get byteLength(): number {
    return this.end - this.start;
  }
}

/** Makes the value of a call to a global from its arguments. */
export type PickleBuilder = (args: readonly PickleValue[], site: PickleSite) => PickleValue;

/** Allowed globals by their dotted name. One without a builder may be named but not called. */
export type PickleGlobals = ReadonlyMap<string, PickleBuilder | null>;

/** A global that the pickle named and the caller allows. */
export class PickleGlobal {
  /** As in Python, `module.name`. */
  readonly name: string;
  readonly build: PickleBuilder | null;

  constructor(name: string, build: PickleBuilder | null) {
    this.name = name;
    this.build = build;
  }
}

export function isTuple(value: PickleValue): value is readonly PickleValue[] {
  return Array.isArray(value) && Object.isFrozen(value);
}

export function isList(value: PickleValue): value is PickleValue[] {
  return Array.isArray(value) && !Object.isFrozen(value);
}

export function isDict(value: PickleValue): value is Map<PickleValue, PickleValue> {
  return value instanceof Map;
}

/** The kind of a value in Python's words, for messages. */
export function kindOf(value: PickleValue): string {
  if (value === null) return 'None';
  if (isTuple(value)) return 'a tuple';
  if (isList(value)) return 'a list';
  if (isDict(value)) return 'a dict';
  if (value instanceof Set) return 'a set';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof PickleExtent) return value.kind;
  if (value instanceof PickleGlobal) return value.name;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
