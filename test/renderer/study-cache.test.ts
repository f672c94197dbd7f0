import { expect, test } from 'vitest';
import { StudyCache } from '../../renderer/pipeline/study-cache.ts';

const bytes = (count: number) => new Uint8Array(count);

test('the least recently used answers go once all together exceed the limit', () => {
  const cache = new StudyCache(100);
  cache.set('a', bytes(40));
  cache.set('b', bytes(40));
  expect(cache.get('a')).toHaveLength(40);
  cache.set('c', bytes(40));
  expect(cache.get('b')).toBeNull();
  expect(cache.get('a')).toHaveLength(40);
  expect(cache.bytes).toBe(80);
});

test('what exceeds the limit by itself is not kept and displaces nothing', () => {
  const cache = new StudyCache(100);
  cache.set('a', bytes(40));
  cache.set('b', bytes(101));
  expect(cache.get('b')).toBeNull();
  expect(cache.get('a')).toHaveLength(40);
});

test('arrays count wherever they lie in an answer, and a second answer under a key replaces the first', () => {
  const cache = new StudyCache(100);
  cache.set('a', { stages: [{ tokens: bytes(30), name: 'x' }, { tokens: bytes(20) }], sum: 1 });
  expect(cache.bytes).toBe(50);
  cache.set('a', bytes(10));
  expect(cache.bytes).toBe(10);
});
