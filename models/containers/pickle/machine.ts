import type { Cursor } from '../../bytes/cursor.ts';
import { CheckpointError, type CheckpointErrorCode } from '../../errors.ts';
import type { PickleInput } from './input.ts';
import { MAX_MEMO, MAX_NESTING, MAX_STACK, MAX_VALUES } from './limits.ts';
import { isDict, isList, isTuple, kindOf, type PickleExtent, type PickleSite, type PickleValue } from './values.ts';

/**
 * The stack, the marks and the memo of a pickle being read, with their limits.
 *
 * A container is complete before it is put into another; Python writes only cyclic data otherwise. Holding pickles to that
 * makes results acyclic and their nesting known.
 */
export class PickleMachine implements PickleSite {
  readonly input: PickleInput;
  readonly #file: string;
  readonly #stack: PickleValue[] = [];
  /** Stack heights at the open marks. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  /** Containers within the container, itself included; 1 where absent. */
  readonly #nesting = new WeakMap<object, number>();
  /** Containers that stand in another one and so must not change. */
  readonly #placed = new WeakSet<object>();
  #values = 0;
  #opcodeAt: number;

  constructor(input: PickleInput, file: string) {
    this.input = input;
    this.#file = file;
    this.#opcodeAt = input.cursor.offset;
  }

  get cursor(): Cursor {
    return this.input.cursor;
  }

  /** Notes where the next opcode lies, for messages, and reads it. */
  nextOpcode(): number {
    this.#opcodeAt = this.cursor.offset;
    return this.cursor.u8();
  }

  error(code: CheckpointErrorCode, text: string): CheckpointError {
    return new CheckpointError(code, `${this.#file}: ${text}, at byte ${this.#opcodeAt}.${ADVICE[code] ?? ''}`);
  }

  extentOf(text: string): PickleExtent | null {
    return this.input.extentOf(text);
  }

  push(value: PickleValue): void {
    this.#count(1);
    if (this.#stack.length >= MAX_STACK)
      throw this.error('too-large', `the pickle stacks up more than ${MAX_STACK} values`);
    this.#stack.push(value);
  }

  pop(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0))
      throw this.error('corrupt', 'the pickle takes a value that is not there');
    return this.#stack.pop();
  }

  /** The value on top, which stays. */
  top(): PickleValue {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  mark(): void {
    if (this.#marks.length >= MAX_STACK)
      throw this.error('too-large', `the pickle opens more than ${MAX_STACK} groups`);
    this.#marks.push(this.#stack.length);
  }

  /** The values since the last mark, in order; the mark goes too. */
  popToMark(): PickleValue[] {
    const height = this.#marks.pop();
    if (height === undefined) throw this.error('corrupt', 'the pickle closes a group that was not opened');
    return this.#stack.splice(height);
  }

  memorise(index = this.#memo.size): void {
    const value = this.top();
    if (!this.#memo.has(index) && this.#memo.size >= MAX_MEMO)
      throw this.error('too-large', `the pickle remembers more than ${MAX_MEMO} values`);
    this.#memo.set(index, value);
  }

  recall(index: number): PickleValue {
    if (!this.#memo.has(index))
      throw this.error('corrupt', `the pickle refers to value ${index}, which it has not made`);
    return this.#memo.get(index);
  }

  tuple(items: PickleValue[]): readonly PickleValue[] {
    for (const item of items) this.#place(items, item);
    return Object.freeze(items);
  }

  append(list: PickleValue, items: readonly PickleValue[]): void {
    if (!isList(list)) throw this.error('corrupt', `the pickle appends to ${kindOf(list)}`);
    this.#checkOpen(list);
    for (const item of items) {
      this.#place(list, item);
      list.push(item);
    }
  }

  add(set: PickleValue, items: readonly PickleValue[]): void {
    if (!(set instanceof Set)) throw this.error('corrupt', `the pickle adds an element to ${kindOf(set)}`);
    this.#checkOpen(set);
    for (const item of items) {
      this.#checkHashable(item);
      this.#place(set, item);
      set.add(item);
    }
  }

  /** @param pairs keys and values by turns */
  setItems(dict: PickleValue, pairs: readonly PickleValue[]): void {
    if (!isDict(dict)) throw this.error('corrupt', `the pickle sets an item of ${kindOf(dict)}`);
    if (pairs.length % 2 !== 0) throw this.error('corrupt', 'the pickle has a key without a value');
    this.#checkOpen(dict);
    for (let i = 0; i < pairs.length; i += 2) {
      this.#checkHashable(pairs[i]);
      this.#place(dict, pairs[i]);
      this.#place(dict, pairs[i + 1]);
      dict.set(pairs[i], pairs[i + 1]);
    }
  }

  dict(pairs: readonly PickleValue[]): PickleValue {
    // They come from a list that stays, so a few bytes can ask for all of them again and again.
    this.#count(pairs.length);
    const dict = new Map();
    this.setItems(dict, pairs);
    return dict;
  }

  /** The one value that is left when the pickle ends. */
  result(): PickleValue {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0)
      throw this.error('corrupt', 'the pickle ends in the middle of a value');
    return value;
  }

  #count(values: number): void {
    this.#values += values;
    if (this.#values > MAX_VALUES) throw this.error('too-large', `the pickle holds more than ${MAX_VALUES} values`);
  }

  #place(container: object, item: PickleValue): void {
    if (typeof item !== 'object' || item === null) return;
    if (item === container) throw this.error('corrupt', 'the pickle puts a container into itself');
    this.#placed.add(item);
    const nesting = Math.max(this.#nesting.get(container) ?? 1, (this.#nesting.get(item) ?? 1) + 1);
    if (nesting > MAX_NESTING)
      throw this.error('too-large', `the pickle nests containers more than ${MAX_NESTING} deep`);
    this.#nesting.set(container, nesting);
  }

  #checkOpen(container: object): void {
    if (this.#placed.has(container))
      throw this.error('corrupt', 'the pickle changes a container that stands in another');
  }

  #checkHashable(key: PickleValue): void {
    if (typeof key === 'object' && key !== null && !isTuple(key))
      throw this.error('corrupt', `the pickle uses ${kindOf(key)} as a key`);
  }
}

/** The way out, by code. */
const ADVICE: Partial<Record<CheckpointErrorCode, string>> = {
  'forbidden-pickle':
    ' Only plain data and tensors are read; nothing of the file was run. If you trust the file, load it in PyTorch and save its state_dict() alone.',
  corrupt: ' The file is damaged; get it again.',
};
