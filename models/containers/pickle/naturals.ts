import { isTuple, type PickleValue } from './values.ts';

/** A number that can be a size or an offset. */
export function isNatural(value: PickleValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A tuple that can be a shape or strides. */
export function isNaturals(value: PickleValue): value is readonly number[] {
  return isTuple(value) && value.every(isNatural);
}
