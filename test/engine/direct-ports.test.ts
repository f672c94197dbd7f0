import { expect, test, vi } from 'vitest';
import { directPorts } from '../../renderer/engine/direct-ports.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('messages arrive in order, after the code that sent them; what was sent before the start, at the start', async () => {
  const [one, other] = directPorts();
  const heard: unknown[] = [];
  other.addEventListener('message', ({ data }) => heard.push(data));
  one.postMessage(1);
  one.postMessage(2);
  await settled();
  expect(heard).toEqual([]);
  other.start();
  one.postMessage(3);
  expect(heard).toEqual([]);
  await settled();
  expect(heard).toEqual([1, 2, 3]);
});

test('either end answers the other, until a listener is taken off', async () => {
  const [one, other] = directPorts();
  const heard = vi.fn();
  const answer = ({ data }: MessageEvent) => other.postMessage(data * 2);
  one.addEventListener('message', ({ data }) => heard(data));
  other.addEventListener('message', answer);
  one.start();
  other.start();
  one.postMessage(21);
  await settled();
  other.removeEventListener('message', answer);
  one.postMessage(4);
  await settled();
  expect(heard.mock.calls).toEqual([[42]]);
});

test('the last words of an end that closes arrive, then its close; nothing passes afterwards', async () => {
  const [one, other] = directPorts();
  const heard: unknown[] = [];
  other.addEventListener('message', ({ data }) => heard.push(data));
  other.addEventListener('close', () => heard.push('closed'));
  const onOwn = vi.fn();
  one.addEventListener('message', onOwn);
  one.addEventListener('close', onOwn);
  one.start();
  other.start();
  one.postMessage('last');
  one.close();
  one.postMessage('too late');
  other.postMessage('too late');
  one.close();
  await settled();
  expect(heard).toEqual(['last', 'closed']);
  expect(onOwn).not.toHaveBeenCalled();
});
