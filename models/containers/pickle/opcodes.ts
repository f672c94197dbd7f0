import { printable } from '../../bytes/printable.ts';
import { MAX_GLOBAL_BYTES, MAX_INTEGER_BYTES } from './limits.ts';
import type { PickleMachine } from './machine.ts';
import { isTuple, kindOf, PickleGlobal, type PickleGlobals, type PickleSite, type PickleValue } from './values.ts';

/** What the format on top of the pickle decides. */
export interface PickleRules {
  readonly globals: PickleGlobals;
  /** Makes the value of a persistent id; a pickle that has one is refused where this is absent. */
  readonly persistent?: (id: PickleValue, site: PickleSite) => PickleValue;
  /** Applies `state` to an object that a builder made; a pickle that does so is refused where this is absent. */
  readonly setState?: (target: PickleValue, state: PickleValue, site: PickleSite) => void;
}

type Handler = (machine: PickleMachine, rules: PickleRules) => void;

export const STOP = 0x2e;
const NEWLINE = 0x0a;
const FIRST_PROTOCOL = 2;
const LAST_PROTOCOL = 5;

/**
 * The opcodes that are read, with what each does; all others are refused. Numbers and meanings: CPython's
 * Lib/pickletools.py. These are the ones that protocols 2 to 5 write for plain data, globals and calls of them.
 */
export const OPCODES: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [0x80, protocol],
  [0x95, frame],

  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4b, (m) => m.push(m.cursor.u8())], // BININT1
  [0x4d, (m) => m.push(m.cursor.u16())], // BININT2
  [0x4a, (m) => m.push(m.cursor.i32())], // BININT
  [0x8a, (m) => m.push(integer(m, m.cursor.u8()))], // LONG1
  [0x8b, (m) => m.push(integer(m, m.cursor.u32()))], // LONG4
  [0x47, (m) => m.push(m.cursor.f64BigEndian())], // BINFLOAT

  [0x8c, (m) => m.push(text(m, m.cursor.u8()))], // SHORT_BINUNICODE
  [0x58, (m) => m.push(text(m, m.cursor.u32()))], // BINUNICODE
  [0x8d, (m) => m.push(text(m, m.cursor.u64()))], // BINUNICODE8
  [0x43, (m) => m.push(m.input.bytes(m.cursor.u8()))], // SHORT_BINBYTES
  [0x42, (m) => m.push(m.input.bytes(m.cursor.u32()))], // BINBYTES
  [0x8e, (m) => m.push(m.input.bytes(m.cursor.u64()))], // BINBYTES8
  [0x96, (m) => m.push(m.input.bytes(m.cursor.u64()))], // BYTEARRAY8

  [0x28, (m) => m.mark()], // MARK
  [0x29, (m) => m.push(m.tuple([]))], // EMPTY_TUPLE
  [0x85, (m) => m.push(m.tuple(take(m, 1)))], // TUPLE1
  [0x86, (m) => m.push(m.tuple(take(m, 2)))], // TUPLE2
  [0x87, (m) => m.push(m.tuple(take(m, 3)))], // TUPLE3
  [0x74, (m) => m.push(m.tuple(m.popToMark()))], // TUPLE
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x61, (m) => withItems(m, take(m, 1), 'append')], // APPEND
  [0x65, (m) => withItems(m, m.popToMark(), 'append')], // APPENDS
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x73, (m) => withItems(m, take(m, 2), 'setItems')], // SETITEM
  [0x75, (m) => withItems(m, m.popToMark(), 'setItems')], // SETITEMS
  [0x8f, (m) => m.push(new Set())], // EMPTY_SET
  [0x90, (m) => withItems(m, m.popToMark(), 'add')], // ADDITEMS

  [0x71, (m) => m.memorise(m.cursor.u8())], // BINPUT
  [0x72, (m) => m.memorise(m.cursor.u32())], // LONG_BINPUT
  [0x94, (m) => m.memorise()], // MEMOIZE
  [0x68, (m) => m.push(m.recall(m.cursor.u8()))], // BINGET
  [0x6a, (m) => m.push(m.recall(m.cursor.u32()))], // LONG_BINGET

  [0x63, globalByLines],
  [0x93, globalFromStack],
  [0x52, call], // REDUCE
  [0x62, setState], // BUILD
  [0x51, persistentId], // BINPERSID
]);

/** Opcodes that exist but are refused, so that a message can name them. */
export const REFUSED_OPCODES: ReadonlyMap<number, string> = new Map([
  [0x30, 'POP'],
  [0x31, 'POP_MARK'],
  [0x32, 'DUP'],
  [0x46, 'FLOAT'],
  [0x49, 'INT'],
  [0x4c, 'LONG'],
  [0x50, 'PERSID'],
  [0x53, 'STRING'],
  [0x54, 'BINSTRING'],
  [0x55, 'SHORT_BINSTRING'],
  [0x56, 'UNICODE'],
  [0x64, 'DICT'],
  [0x67, 'GET'],
  [0x69, 'INST'],
  [0x6c, 'LIST'],
  [0x6f, 'OBJ'],
  [0x70, 'PUT'],
  [0x81, 'NEWOBJ'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x91, 'FROZENSET'],
  [0x92, 'NEWOBJ_EX'],
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
]);

function protocol(machine: PickleMachine): void {
  const version = machine.cursor.u8();
  if (version < FIRST_PROTOCOL || version > LAST_PROTOCOL)
    throw machine.error(
      'unsupported',
      `pickle protocol ${version} is not read (${FIRST_PROTOCOL} to ${LAST_PROTOCOL} are)`,
    );
}

/** Frames only help buffered readers; their length is checked and no more. */
function frame(machine: PickleMachine): void {
  const length = machine.cursor.u64();
  if (length > machine.input.remaining)
    throw machine.error('truncated', `a pickle frame of ${length} bytes reaches past the end of the pickle`);
}

function take(machine: PickleMachine, count: number): PickleValue[] {
  return Array.from({ length: count }, () => machine.pop()).reverse();
}

/** Puts `items` into the container on the stack, which stays there. */
function withItems(machine: PickleMachine, items: PickleValue[], put: 'append' | 'setItems' | 'add'): void {
  machine[put](machine.top(), items);
}

/** Two's complement, little-endian. */
function integer(machine: PickleMachine, length: number): number | bigint {
  if (length > MAX_INTEGER_BYTES)
    throw machine.error(
      'too-large',
      `the pickle holds an integer of ${length} bytes (at most ${MAX_INTEGER_BYTES} are read)`,
    );
  let value = 0n;
  for (const [i, byte] of machine.cursor.bytes(length).entries()) value |= BigInt(byte) << BigInt(8 * i);
  const signed = BigInt.asIntN(8 * length, value);
  const narrow = Number(signed);
  return Number.isSafeInteger(narrow) ? narrow : signed;
}

function text(machine: PickleMachine, length: number): PickleValue {
  return machine.input.text(length, (bytes) => decode(machine, bytes));
}

function decode(machine: PickleMachine, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw machine.error('corrupt', 'the pickle holds text that is not UTF-8');
  }
}

function globalByLines(machine: PickleMachine, rules: PickleRules): void {
  const [module, name] = [globalLine(machine), globalLine(machine)];
  pushGlobal(machine, rules, `${decode(machine, module)}.${decode(machine, name)}`);
}

function globalLine(machine: PickleMachine): Uint8Array {
  const line = machine.cursor.bytesUntil(NEWLINE, MAX_GLOBAL_BYTES);
  if (!line) throw machine.error('forbidden-pickle', `the pickle names a global longer than ${MAX_GLOBAL_BYTES} bytes`);
  return line;
}

function globalFromStack(machine: PickleMachine, rules: PickleRules): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof module !== 'string' || typeof name !== 'string')
    throw machine.error('corrupt', `the pickle names a global by ${kindOf(module)} and ${kindOf(name)}`);
  pushGlobal(machine, rules, `${module}.${name}`);
}

function pushGlobal(machine: PickleMachine, rules: PickleRules, name: string): void {
  const build = rules.globals.get(name);
  if (build === undefined)
    throw machine.error('forbidden-pickle', `the pickle asks for ${printable(name)}, which is not allowed`);
  machine.push(new PickleGlobal(name, build));
}

function call(machine: PickleMachine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (!(callee instanceof PickleGlobal) || callee.build === null)
    throw machine.error('forbidden-pickle', `the pickle calls ${kindOf(callee)}, which is not allowed`);
  if (!isTuple(args)) throw machine.error('corrupt', `the pickle calls ${callee.name} with ${kindOf(args)}`);
  machine.push(callee.build(args, machine));
}

function setState(machine: PickleMachine, rules: PickleRules): void {
  const state = machine.pop();
  const target = machine.top();
  if (!rules.setState)
    throw machine.error('forbidden-pickle', `the pickle sets the state of ${kindOf(target)}, which is not allowed`);
  rules.setState(target, state, machine);
}

function persistentId(machine: PickleMachine, rules: PickleRules): void {
  const id = machine.pop();
  if (!rules.persistent)
    throw machine.error('forbidden-pickle', 'the pickle refers to data outside itself, which is not allowed');
  machine.push(rules.persistent(id, machine));
}
