import { isList, isTuple, kindOf, type PickleSite, type PickleValue } from './values.ts';

/** `collections.OrderedDict()`, or of a list of pairs: a dict, since a Map keeps its order. */
export function orderedDict(args: readonly PickleValue[], site: PickleSite): PickleValue {
  const [pairs, ...rest] = args;
  if (pairs === undefined) return site.dict([]);
  if (!isList(pairs) || rest.length > 0) throw site.error('corrupt', `OrderedDict is given ${kindOf(pairs)}`);
  const items: PickleValue[] = [];
  for (const pair of pairs) {
    const [key, value] = isTuple(pair) || isList(pair) ? pair : [];
    if (typeof key !== 'string' && typeof key !== 'number')
      throw site.error('corrupt', `OrderedDict is given ${kindOf(key)} as a key`);
    items.push(key, value);
  }
  return site.dict(items);
}
