import { afterEach, describe, expect, it, vi } from 'vitest';
import { CancelledError } from '../../models/errors.ts';
import { openCheckpointFile } from '../../renderer/engine/worker/checkpoint-file.ts';
import { RemoteBlob } from '../../renderer/engine/worker/external-data.ts';
import { RemoteFile } from '../../renderer/engine/worker/remote-file.ts';
import { FakeServer } from './fake-server.ts';

const SIZE = 300_000;
const BYTES = Uint8Array.from({ length: SIZE }, (_, index) => (index * 7919) >>> 5);
const { signal } = new AbortController();
const TASK = { signal, progress: () => {} };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function open(server: FakeServer): Promise<RemoteFile> {
  const file = await RemoteFile.open({ name: 'Model', url: server.url }, signal);
  if (!(file instanceof RemoteFile)) throw new Error('The server gave the whole file.');
  return file;
}

describe('a remote file', () => {
  it.each([
    [0, 10],
    [0, SIZE],
    [65_530, 65_540],
    [SIZE - 1, SIZE],
    [SIZE, SIZE],
  ])('gives its bytes %i to %i', async (start, end) => {
    const file = await open(new FakeServer(BYTES));
    expect(file.size).toBe(SIZE);
    expect(Buffer.compare(await file.read({ start, end }), BYTES.subarray(start, end))).toBe(0);
  });

  it('has its first bytes from when it was opened', async () => {
    const server = new FakeServer(BYTES);
    const file = await open(server);
    await file.read({ start: 0, end: 1000 });
    expect(server.asked).toEqual(['bytes=0-65535']);
  });

  it('does not ask for what lies beyond its end', async () => {
    const file = await open(new FakeServer(BYTES));
    await expect(file.read({ start: SIZE - 1, end: SIZE + 1 })).rejects.toMatchObject({ code: 'truncated' });
  });

  it('that changed while it was read is no longer read, whatever its size', async () => {
    const server = new FakeServer(BYTES);
    const file = await open(server);
    server.replace(BYTES.map((byte) => byte ^ 1));
    await expect(file.read({ start: 100_000, end: 100_010 })).rejects.toMatchObject({
      code: 'engine-fetch',
      message: expect.stringContaining('the file changed'),
    });
    server.replace(BYTES.slice(0, 50_000));
    await expect(file.read({ start: 100_000, end: 100_010 })).rejects.toMatchObject({ code: 'engine-fetch' });
  });

  it('tells whether it is still the same', async () => {
    const server = new FakeServer(BYTES);
    const file = await open(server);
    expect(await file.isCurrent(signal)).toBe(true);
    server.replace(BYTES.map((byte) => byte ^ 1));
    expect(await file.isCurrent(signal)).toBe(false);
    server.answer = () => Promise.reject(new TypeError('no network'));
    expect(await file.isCurrent(signal)).toBe(true);
  });

  it('that is missing, a page or cut short is said to be', async () => {
    const server = new FakeServer(BYTES);
    await expect(RemoteFile.open({ name: 'Model', url: 'http://fake/other' }, signal)).rejects.toThrow(/404 Not Found/);
    const file = await open(server);
    server.answer = () =>
      new Response(BYTES.slice(0, 5), {
        status: 206,
        headers: { 'Content-Range': `bytes 100000-100009/${SIZE}`, ETag: server.tag },
      });
    await expect(file.read({ start: 100_000, end: 100_010 })).rejects.toThrow(/5 of 10 bytes arrived/);
    server.answer = () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } });
    await expect(open(server)).rejects.toThrow(/a page instead of a file/);
  });

  it('ends as cancelled when it is withdrawn', async () => {
    const server = new FakeServer(BYTES);
    const file = await open(server);
    const controller = new AbortController();
    server.answer = () => new Promise((_, reject) => setTimeout(() => reject(new Error('aborted')), 5));
    const read = file.read({ start: 100_000, end: 100_010 }, controller.signal);
    controller.abort();
    await expect(read).rejects.toBeInstanceOf(CancelledError);
  });

  it('does not wait for ever for a server that says nothing more', async () => {
    const server = new FakeServer(BYTES);
    const file = await open(server);
    vi.useFakeTimers();
    server.answer = () =>
      new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(5)) }), {
        status: 206,
        headers: { 'Content-Range': `bytes 100000-100009/${SIZE}`, ETag: server.tag },
      });
    const read = expect(file.read({ start: 100_000, end: 100_010 })).rejects.toThrow(/nothing came for 60 s/);
    await vi.advanceTimersByTimeAsync(61_000);
    await read;
  });
});

describe('a checkpoint for the engine', () => {
  const weights = (url: string) => ({ title: 'Model', weights: { kind: 'url', url } }) as const;

  it('of little size is in memory until it is compiled, and can be read afterwards', async () => {
    const server = new FakeServer(BYTES);
    const file = await openCheckpointFile(weights(server.url), TASK);
    expect(Buffer.compare(file.weights as Uint8Array, BYTES)).toBe(0);
    await file.source.read({ start: 100_000, end: 200_000 });
    const asked = server.asked.length;
    file.compiled();
    const read = await file.source.read({ start: 100_000, end: 200_000 });
    expect(Buffer.compare(read, BYTES.subarray(100_000, 200_000))).toBe(0);
    expect(server.asked.length).toBe(asked + 1);
  });

  it('comes whole from a server that knows no ranges', async () => {
    const server = new FakeServer(BYTES);
    server.knowsRanges = false;
    const { source, weights: given } = await openCheckpointFile(weights(server.url), TASK);
    expect(given).toBeInstanceOf(Blob);
    expect(Buffer.compare(await source.read({ start: 5, end: 99_999 }), BYTES.subarray(5, 99_999))).toBe(0);
  });
});

describe('a remote file for JSPI’s build of the runtime', () => {
  const piece = async (blob: Blob) => new Uint8Array(await new Response(blob.stream()).arrayBuffer());

  it('streams a weight when it is asked for, without a BYOB reader', async () => {
    const server = new FakeServer(BYTES);
    const blob = new RemoteBlob(await open(server), signal);
    expect(blob.size).toBe(SIZE);
    const slice = blob.slice(70_000, 170_000);
    expect(server.asked).toHaveLength(1);
    expect(() => slice.stream().getReader({ mode: 'byob' })).toThrow();
    expect(Buffer.compare(await piece(slice), BYTES.subarray(70_000, 170_000))).toBe(0);
    expect(server.asked).toHaveLength(2);
  });

  it('keeps what the reading failed for', async () => {
    const server = new FakeServer(BYTES);
    const blob = new RemoteBlob(await open(server), signal);
    server.replace(BYTES.slice(1));
    await expect(piece(blob.slice(0, 10))).rejects.toThrow();
    expect(blob.failure).toMatchObject({ code: 'engine-fetch' });
  });
});
