import type { ByteSource } from '../../bytes/byte-source.ts';
import { Cursor } from '../../bytes/cursor.ts';
import { CheckpointError } from '../../errors.ts';
import { MemoryInput, WindowInput } from './input.ts';
import { MAX_PICKLE_BYTES } from './limits.ts';
import { PickleMachine } from './machine.ts';
import { OPCODES, type PickleRules, REFUSED_OPCODES, STOP } from './opcodes.ts';
import type { PickleValue } from './values.ts';

/** Where a pickle comes from, for messages. */
export interface PickleOrigin {
  /** The file's name. */
  readonly file: string;
  /** Where in the file the pickle begins. */
  readonly offset: number;
}

/**
 * The value of a pickle. Reading is not executing: a table of opcodes and the caller's globals build plain data, and
 * everything else is refused with its name and byte offset. Bytes after the pickle's end are left alone.
 * @throws CheckpointError `forbidden-pickle`, `truncated`, `corrupt`, `too-large`, `unsupported`; nothing else
 */
export function readPickle(bytes: Uint8Array, origin: PickleOrigin, rules: PickleRules): PickleValue {
  if (bytes.byteLength > MAX_PICKLE_BYTES)
    throw new CheckpointError(
      'too-large',
      `${origin.file}: a pickle of ${bytes.byteLength} bytes is more than is read (${MAX_PICKLE_BYTES}). Save the model's state_dict() alone.`,
    );
  const machine = new PickleMachine(new MemoryInput(new Cursor(bytes, origin.file, origin.offset)), origin.file);
  while (step(machine, rules));
  return machine.result();
}

/**
 * {@link readPickle} for a pickle of any size inside a file, of which only the opcodes are read: bytes objects and long texts
 * come back as {@link PickleExtent}.
 * @param start where in the file the pickle begins
 * @returns its value, and where in the file it ends
 * @throws CancelledError beside what {@link readPickle} throws
 */
export async function readPickleAt(
  source: ByteSource,
  start: number,
  rules: PickleRules,
  signal?: AbortSignal,
): Promise<{ value: PickleValue; end: number }> {
  const input = new WindowInput(source, start);
  const machine = new PickleMachine(input, source.name);
  do if (input.isLow) await input.fill(signal);
  while (step(machine, rules));
  return { value: machine.result(), end: input.cursor.offset };
}

/** Carries out one opcode; false at the pickle's end. */
function step(machine: PickleMachine, rules: PickleRules): boolean {
  const opcode = machine.nextOpcode();
  if (opcode === STOP) return false;
  const handle = OPCODES.get(opcode);
  if (!handle) {
    const name = REFUSED_OPCODES.get(opcode);
    const code = `0x${opcode.toString(16).padStart(2, '0')}`;
    throw machine.error(
      'forbidden-pickle',
      `the pickle uses the opcode ${name ? `${name} (${code})` : code}, which is not allowed`,
    );
  }
  handle(machine, rules);
  return true;
}
