import { expect, test } from 'vitest';
import { findDuplicateKey } from '../../models/formats/json-keys.ts';

test.each<[string, string | null]>([
  ['{}', null],
  ['[]', null],
  ['{"a":1,"b":{"a":2}}', null],
  ['{"a":["a","a"],"b":"a"}', null],
  ['{"a":[{"x":1},{"x":2}],"x":[1,2]}', null],
  ['{"a\\"":1,"a":"\\"a\\":1,{"}', null],
  ['{"a":"\\\\","b":",\\"a\\":"}', null],
  ['{"a":1,"a":2}', 'a'],
  ['{ "a" : [1, 2] , "b" : 0 , "a" : {} }', 'a'],
  ['{"b":{"c":1,"d":2,"c":3}}', 'c'],
  ['[{"c":1},[{"d":1,"d":1}]]', 'd'],
  ['{"caf\\u00e9":1,"café":2}', 'café'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
])('%s', (json, duplicate) => {
  expect(() => JSON.parse(json)).not.toThrow();
  expect(findDuplicateKey(json)).toBe(duplicate);
});

test('keys and nesting of megabytes', () => {
  const key = 'k\\"'.repeat(3_000_000);
  expect(findDuplicateKey(`{"${key}":0,"${key}":1}`)).toHaveLength(6_000_000);
  expect(findDuplicateKey(`${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`)).toBeNull();
});
