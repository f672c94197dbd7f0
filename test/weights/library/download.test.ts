import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LibraryEvent } from '../../../electron/weights/library-event.ts';
import { CATALOG } from '../../../models/catalog.ts';
import type { ModelState } from '../../../renderer/shell/library-entry.ts';
import { fixtureBytes } from '../../formats/sources.ts';
import { bytesContent } from '../../hub/contents.ts';
import { type Bench, filesBelow, modelBytes, openBench, TINY, TINY_WEIGHTS } from '../../hub/library-on-hub.ts';
import { arrived, reaches, slow } from './states.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe('a download', () => {
  test('tells of queue, progress, speed and end', async () => {
    bench.hub.fail('cdn', slow);
    const library = bench.library();
    const states: ModelState[] = [];
    library.subscribe((event) => event.kind === 'entry' && states.push(event.entry.state));
    await library.pull(TINY);
    await expect.poll(() => states.at(-1)?.kind).toBe('installed');
    expect(states[0]?.kind).toBe('queued');
    const moving = states.filter((state) => state.kind === 'downloading');
    expect(moving.length).toBeGreaterThanOrEqual(2);
    expect(moving.every(({ total }) => total === TINY_WEIGHTS.size)).toBe(true);
    const received = moving.map((state) => state.received);
    expect(received).toEqual([...received].sort((a, b) => a - b));
  });

  test('does not know the total where the hub does not', async () => {
    bench.hub.linkedHeaders = false;
    bench.hub.fail('cdn', { kind: 'no-length' });
    const library = bench.library();
    const first = reaches(library, TINY, (state) => state.kind === 'downloading');
    await library.pull(TINY);
    expect(await first).toMatchObject({ total: null, secondsLeft: null });
  });

  test('is paused, kept, and goes on in another session after the hub was away', async () => {
    bench.hub.fail('cdn', slow);
    const library = bench.library();
    const begun = reaches(library, TINY, arrived);
    const pulling = library.pull(TINY).catch((error: unknown) => error);
    await begun;
    await library.pause(TINY);
    expect(await pulling).toMatchObject({ code: 'cancelled' });
    const { state } = await library.entry(TINY);
    expect(state).toMatchObject({ kind: 'paused', total: TINY_WEIGHTS.size });
    expect((await filesBelow(bench.folder))['downloads/someone--cvt-tiny/model.safetensors.part']).toBe(
      state.kind === 'paused' && state.received,
    );

    await bench.hub.stop();
    await expect(bench.library().pull(TINY)).rejects.toMatchObject({ code: 'network-unreachable' });
    await bench.hub.restart();
    const other = bench.library();
    expect((await other.entry(TINY)).state).toEqual(state);
    await other.pull(TINY);
    expect(bench.hub.asked('cdn').at(-1)).toMatchObject({
      range: `bytes=${state.kind === 'paused' && state.received}-`,
      ifRange: `"${TINY_WEIGHTS.sha256.slice(0, 32)}"`,
    });
    expect((await modelBytes(bench.folder))?.equals(TINY_WEIGHTS.read(0, TINY_WEIGHTS.size))).toBe(true);
  });

  test('that is paused and begun again at once goes on', async () => {
    bench.hub.fail('cdn', slow);
    const library = bench.library();
    const begun = reaches(library, TINY, arrived);
    library.download(TINY);
    await begun;
    const paused = library.pause(TINY);
    await expect(library.pull(TINY)).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
    await paused;
  });

  test('a part that rotted meanwhile is noticed and fetched anew', async () => {
    bench.hub.fail('cdn', { kind: 'cut', after: 200_000 }, { kind: 'reset' }, { kind: 'reset' }, { kind: 'reset' });
    await expect(bench.library().pull(TINY)).rejects.toMatchObject({ code: 'network-unreachable' });
    const part = join(bench.folder, 'downloads', 'someone--cvt-tiny', 'model.safetensors.part');
    const bytes = await readFile(part);
    bytes[1000] = bytes[1000]! ^ 1;
    await writeFile(part, bytes);
    await expect(bench.library().pull(TINY)).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
    expect((await modelBytes(bench.folder))?.equals(TINY_WEIGHTS.read(0, TINY_WEIGHTS.size))).toBe(true);
  });

  test('is cancelled without a trace', async () => {
    bench.hub.fail('cdn', slow);
    const library = bench.library();
    const begun = reaches(library, TINY, arrived);
    library.download(TINY);
    await begun;
    const gone = new Promise<LibraryEvent>((resolve) => {
      library.subscribe((event) => event.kind === 'gone' && resolve(event));
    });
    await library.cancel(TINY);
    expect(await filesBelow(bench.folder)).toEqual({});
    expect((await library.list()).map(({ id }) => id)).not.toContain(TINY);
    expect(await gone).toEqual({ kind: 'gone', id: TINY });
  });

  test('waits while two others run, and can be paused while it waits', async () => {
    const ids = ['a/one', 'a/two', 'a/three'];
    for (const id of ids) {
      bench.hub.put(id, 'config.json', bytesContent(fixtureBytes('hf-config.json')), false);
      bench.hub.put(id, 'model.safetensors', TINY_WEIGHTS);
    }
    bench.hub.failAlways('cdn', slow);
    const library = bench.library();
    const [one, two] = ids.map((id) => reaches(library, id, arrived));
    const third = library.pull('a/three').catch((error: unknown) => error);
    // The third came first; it runs with the first, and the second has to wait.
    const pulled = ids.slice(0, 2).map((id) => library.pull(id));
    await one;
    expect((await library.entry('a/two')).state.kind).toBe('queued');
    await library.pause('a/three');
    expect(await third).toMatchObject({ code: 'cancelled' });
    await two;
    bench.hub.failAlways('cdn', null);
    await Promise.all(pulled);
    expect((await library.list()).filter(({ state }) => state.kind === 'installed').map(({ id }) => id)).toEqual([
      'a/one',
      'a/two',
    ]);
  });

  test('asked for twice is one', async () => {
    const library = bench.library();
    const [first, second] = await Promise.all([library.pull(TINY), library.pull(TINY)]);
    expect(first).toEqual(second);
    await library.pull(TINY);
    expect(bench.hub.asked('cdn')).toHaveLength(1);
  });

  test('takes pytorch_model.bin where there is nothing better', async () => {
    bench.hub.drop(TINY, 'model.safetensors');
    bench.hub.put(TINY, 'pytorch_model.bin', bytesContent(fixtureBytes('hf-pytorch_model.bin')));
    expect((await bench.library().pull(TINY)).path).toMatch(/pytorch_model\.bin$/);
    expect(Object.keys(await filesBelow(bench.folder)).sort()).toEqual([
      'models/someone--cvt-tiny/manifest.json',
      'models/someone--cvt-tiny/pytorch_model.bin',
    ]);
  });

  test('of a revision is a model of its own', async () => {
    const library = bench.library();
    const model = await library.pull(`${TINY}@refs/pr/1`);
    expect(model.id).toBe(`${TINY}@refs/pr/1`);
    expect((await library.list()).map(({ id }) => id)).toContain(`${TINY}@refs/pr/1`);
  });

  test('gives the token to the hub and to nobody else', async () => {
    const library = bench.library({ address: { endpoint: bench.hub.endpoint, token: 'hf_secret' } });
    await library.pull(TINY);
    expect(bench.hub.asked('hub').map(({ authorization }) => authorization)).toEqual(['Bearer hf_secret']);
    expect(bench.hub.asked('cdn').map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('of an official file refuses another one than the published', async () => {
    const pinned = CATALOG.find(({ file }) => file.sha256 !== null)!;
    bench.hub.put(pinned.file.repository, pinned.file.path, TINY_WEIGHTS);
    await expect(bench.library().pull(pinned.id)).rejects.toMatchObject({ code: 'changed-on-server' });
    bench.hub.linkedHeaders = false;
    await expect(bench.library().pull(pinned.id)).rejects.toMatchObject({ code: 'wrong-bytes' });
    expect(await filesBelow(join(bench.folder, 'models'))).toEqual({});
  });
});
