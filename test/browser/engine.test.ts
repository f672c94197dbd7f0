import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { cropSquare, preprocessingFor } from '../../models/image/preprocessing.ts';
import type { EngineCalls } from '../../renderer/engine/protocol.ts';
import { readGolden } from '../golden/golden-case.ts';
import { type EnginePage, type EngineServer, ok, openEnginePage, serveEngine } from './engine-harness.ts';
import type { Plain, RemoteModel, StudyCall } from './engine-page/page.ts';

const at = (path: string) => new URL(path, import.meta.url);
const base64 = async (path: string) => (await readFile(at(path))).toString('base64');

let server: EngineServer;
let model: RemoteModel;
let photo: string;

beforeAll(async () => {
  server = await serveEngine();
  const spec = parseSpecText(await readFile(at('../../models/demo/spec.json'), 'utf8'), 'spec.json');
  model = {
    id: 'cvt-demo',
    title: 'Demo',
    weights: { kind: 'url', url: `${server.url}cvt-demo.safetensors` },
    spec: toOfficialSpec(spec),
    activation: null,
    preprocessing: cropSquare(96),
  };
  photo = await base64('../golden/preprocess/photo.jpg');
});
afterAll(() => server?.close());

/** The three stages at 96×96: queries and keys of each, CLS included. */
const QUERIES = [24 * 24, 12 * 12, 6 * 6 + 1];
const KEYS = [12 * 12, 6 * 6, 3 * 3 + 1];

const logits: Partial<Record<'wasm' | 'webgpu', readonly number[]>> = {};

describe.each(['wasm', 'webgpu'] as const)('the engine on %s', (provider) => {
  let chromium: EnginePage;
  beforeAll(async () => {
    chromium = await openEnginePage(server, { webgpu: provider === 'webgpu' });
  });
  afterAll(() => chromium?.close());
  const analyze = (name: string, bytes: string, cancelAt: string | null = null) =>
    chromium.page.evaluate(([m, n, b, c]) => window.lens.analyze(m, n, b, c), [model, name, bytes, cancelAt] as const);

  it('runs on the device that was asked for', async () => {
    const report = ok(await chromium.page.evaluate((preference) => window.lens.configure(preference), provider));
    expect(report).toMatchObject({ preference: provider, provider, fallbackReason: null });
    expect(report.runtime).toMatch(/^onnxruntime-web \d/);
    if (provider === 'webgpu') expect(report.adapter).toMatch(/swiftshader/i);
    else expect(report.threads).toBeGreaterThan(1);
  });

  it('prepares the demo checkpoint and describes it', async () => {
    const { report, phases } = ok(await chromium.page.evaluate((m) => window.lens.prepare(m), model));
    expect(report).toMatchObject({ variant: null, numClasses: 100, parameters: 986_660, activation: 'quick_gelu' });
    expect(report.stages.map(({ depth }) => depth)).toEqual([1, 1, 4]);
    for (const phase of ['reading', 'building', 'compiling']) expect(phases).toContain(phase);
  });

  it('analyses a picture: probabilities, maps and rows that are distributions', async () => {
    const answer = ok(await analyze('photo.jpg', photo));
    logits[provider] = answer.logits;
    expect(answer.logits).toHaveLength(100);
    expect(sum(answer.probabilities)).toBeCloseTo(1, 5);
    expect(answer.device.provider).toBe(provider);
    expect(answer.received.map((stage) => stage.length)).toEqual([1, 1, 4]);
    for (const [stage, maps] of answer.received.entries())
      for (const map of maps) {
        expect(map).toHaveLength(KEYS[stage]!);
        expect(sum(map)).toBeCloseTo(1, 4);
      }
    // The mean of all rows is what the graph itself says was received.
    const { runId } = answer;
    for (const [stage, maps] of answer.received.entries()) {
      const rows = await chromium.page.evaluate(
        async ([run, s, count]) => {
          const block = 0;
          const asked = Array.from({ length: count }, (_, query) =>
            window.lens.row({ runId: run, stage: s, block, head: null, query }),
          );
          return Promise.all(asked);
        },
        [runId, stage, QUERIES[stage]!] as const,
      );
      const mean = new Array<number>(KEYS[stage]!).fill(0);
      for (const row of rows.map(ok)) {
        expect(sum(row)).toBeCloseTo(1, 5);
        for (const [key, value] of row.entries()) mean[key]! += value / rows.length;
      }
      expect(largestDifference(mean, maps[0]!)).toBeLessThan(1e-5);
    }
  });

  it('answers studies of a run, which agree with its maps and logits', async () => {
    const { runId, received, logits: official } = ok(await analyze('photo.jpg', photo));
    const ask = <Call extends StudyCall>(call: Call, argument: EngineCalls[Call]['argument']) =>
      chromium.page
        .evaluate(([c, a]) => window.lens.study(c, a as never), [call, argument] as const)
        .then((outcome) => ok(outcome) as { answer: Plain<EngineCalls[Call]['answer']>; steps: readonly string[] });

    const { answer: statistics, steps } = await ask('statistics', { runId, stage: 2 });
    expect(steps).toEqual(['0/4', '1/4', '2/4', '3/4']);
    for (const [block, { received: perHead, entropy, distance }] of statistics.entries()) {
      const mean = new Array<number>(KEYS[2]!).fill(0);
      for (const [at, value] of perHead.entries()) mean[at % KEYS[2]!]! += value / entropy.length;
      expect(largestDifference(mean, received[2]![block]!)).toBeLessThan(1e-5);
      for (const bits of entropy) expect(bits).toBeLessThanOrEqual(Math.log2(KEYS[2]!) + 1e-4);
      for (const pixels of distance) expect(pixels).toBeLessThan(96 * Math.SQRT2);
    }

    const top = official.indexOf(Math.max(...official));
    const { answer: attributions } = await ask('attribution', { runId, classes: [top, 0] });
    expect(attributions.map(({ index }) => index)).toEqual([top, 0]);
    for (const { index, sum: total } of attributions) expect(total).toBeCloseTo(official[index]!, 3);

    for (const start of [{ kind: 'answer' }, { kind: 'token', stage: 1, token: 77 }] as const) {
      const { answer: rollout } = await ask('rollout', { runId, start, spread: 'weighted' });
      const kept = rollout.stages.map(({ clsMass }) => clsMass);
      expect(rollout.pixels).toHaveLength(96 * 96);
      expect(sum([...rollout.pixels, ...kept])).toBeCloseTo(1, 4);
    }

    const { answer: rows } = await ask('stageRows', { runId, stage: 2, query: 5 });
    const [block, head, key] = [3, 1, 4] as const;
    const { answer: row } = await ask('row', { runId, stage: 2, block, head, query: 5 });
    const heads = statistics[0]!.entropy.length;
    const start = (block * heads + head) * KEYS[2]!;
    expect(largestDifference(rows.slice(start, start + KEYS[2]!), row)).toBeLessThan(1e-6);
    const { answer: column } = await ask('column', { runId, stage: 2, block, head, key });
    expect(column).toHaveLength(QUERIES[2]!);
    expect(column[5]).toBeCloseTo(row[key]!, 5);

    const { answer: projection } = await ask('projection', { runId, stage: 0, block: 0 });
    expect(projection.before.norms).toHaveLength(24 * 24);
    expect(projection.after.k.norms).toHaveLength(12 * 12);
  });

  it('ends a study that is withdrawn, and answers the next', async () => {
    const { runId } = ok(await analyze('photo.jpg', photo));
    const ask = (cancelAt: number | null) =>
      chromium.page.evaluate(([argument, at]) => window.lens.study('statistics', argument, at), [
        { runId, stage: 2 },
        cancelAt,
      ] as const);
    expect(await ask(1)).toMatchObject({ ok: false, code: 'cancelled' });
    expect(ok(await ask(null)).answer).toHaveLength(4);
  });

  // A third size of a model releases the network of the first.
  it('goes on answering about a run whose network had to make room', async () => {
    const runs = [];
    for (const side of [32, 48, 64])
      runs.push(
        ok(
          await chromium.page.evaluate(([m, b]) => window.lens.analyze(m, 'photo.jpg', b), [
            { ...model, preprocessing: preprocessingFor({ rows: side, cols: side }) },
            photo,
          ] as const),
        ),
      );
    const [first] = runs;
    const top = first!.logits.indexOf(Math.max(...first!.logits));
    const { runId } = first!;
    const asked = await chromium.page.evaluate(
      ([id, index]) =>
        Promise.all([
          window.lens.study('statistics', { runId: id, stage: 2 }),
          window.lens.study('attribution', { runId: id, classes: [index] }),
        ]),
      [runId, top] as const,
    );
    expect(ok(asked[0]).answer).toHaveLength(4);
    expect(ok(asked[1]).answer[0]!.sum).toBeCloseTo(first!.logits[top]!, 3);
  });

  it('takes a logit apart that is the mean of all tokens', async () => {
    const golden = await readGolden('tiny-meanpool');
    const { seed, numClasses, height, width, activation } = golden;
    const request = { spec: toOfficialSpec(golden.spec), seed, numClasses, height, width, activation };
    const answer = ok(
      await chromium.page.evaluate(([r, b]) => window.lens.analyzeFormula(r, 'photo.jpg', b), [
        request,
        photo,
      ] as const),
    );
    const asked = { runId: answer.runId, classes: Array.from({ length: numClasses }, (_, index) => index) };
    const { answer: attributions } = ok(
      await chromium.page.evaluate((argument) => window.lens.study('attribution', argument), asked),
    );
    expect(attributions).toHaveLength(numClasses);
    for (const { index, sum: total } of attributions) expect(total).toBeCloseTo(answer.logits[index]!, 3);
  });

  it('says which row it cannot give', async () => {
    const row = (query: object) =>
      chromium.page.evaluate((q) => window.lens.row(q as never), {
        runId: 'never',
        stage: 0,
        block: 0,
        head: null,
        query: 0,
        ...query,
      });
    expect(await row({})).toMatchObject({ ok: false, code: 'taps-released' });
    const { runId } = ok(await analyze('photo.jpg', photo));
    for (const wrong of [{ stage: 3 }, { block: 1 }, { head: 1 }, { query: 576 }])
      expect(await row({ runId, ...wrong })).toMatchObject({ ok: false, code: 'engine-bad-request' });
  });

  it('refuses what is no picture and goes on', async () => {
    const broken = Buffer.from(photo, 'base64').subarray(0, 3000).toString('base64');
    const cases: [string, string, string][] = [
      ['empty.png', '', 'image-empty'],
      ['notes.txt', Buffer.from('no picture').toString('base64'), 'image-unknown-format'],
      ['huge.png', hugePng().toString('base64'), 'image-too-large'],
      ['lies.png', lyingPng().toString('base64'), 'image-broken'],
    ];
    for (const [name, bytes, code] of cases) {
      const outcome = await analyze(name, bytes);
      expect(outcome).toMatchObject({ ok: false, name: 'ImageError', code });
      expect(outcome).toMatchObject({ message: expect.stringContaining(name) });
    }
    // Browsers show the part of a JPEG that is there; whichever way it goes, it ends.
    expect(await analyze('cut.jpg', broken)).toHaveProperty('ok');
    expect(ok(await analyze('photo.jpg', photo)).logits).toHaveLength(100);
  });

  it('cancels at once and answers the next request', async () => {
    for (const phase of ['decoding', 'running'])
      expect(await analyze('photo.jpg', photo, phase)).toMatchObject({ ok: false, code: 'cancelled' });
    expect(ok(await analyze('photo.jpg', photo)).logits).toEqual(logits[provider]);
  });

  it('names the address of weights that are not there', async () => {
    const missing: RemoteModel = {
      ...model,
      id: 'x',
      weights: { kind: 'url', url: `${server.url}nowhere.safetensors` },
    };
    const outcome = await chromium.page.evaluate((m) => window.lens.prepare(m), missing);
    expect(outcome).toMatchObject({ ok: false, name: 'EngineError', code: 'engine-fetch' });
    expect(outcome).toMatchObject({ message: expect.stringContaining('nowhere.safetensors') });
  });

  it('refuses weights that are no CvT by the reader’s own error', async () => {
    const wrong: RemoteModel = { ...model, id: 'y', weights: { kind: 'url', url: `${server.url}labels.json` } };
    const outcome = await chromium.page.evaluate((m) => window.lens.prepare(m), wrong);
    expect(outcome).toMatchObject({ ok: false, name: 'CheckpointError' });
  });

  it('refuses an answer that is no number, and goes on', async () => {
    // Pixels beyond float32 are infinite, whatever the checkpoint.
    const preprocessing = { ...model.preprocessing, std: [1e-300, 1e-300, 1e-300] as const };
    const outcome = await chromium.page.evaluate(([m, n, b]) => window.lens.analyze(m, n, b, null), [
      { ...model, preprocessing },
      'photo.jpg',
      photo,
    ] as const);
    expect(outcome).toMatchObject({ ok: false, name: 'CheckpointError', code: 'not-finite' });
    expect(ok(await analyze('photo.jpg', photo)).logits).toEqual(logits[provider]);
  });

  // Without SteadyBlob one load in eighty never ended.
  it('loads a checkpoint as often as it is asked to', async () => {
    const loads = Array.from({ length: 40 }, (_, index) => ({ ...model, id: `copy-${index}` }));
    const reports = await chromium.page.evaluate(
      (models) => Promise.all(models.map((each) => window.lens.prepare(each))),
      loads,
    );
    expect(reports.map((outcome) => ok(outcome).report.id)).toEqual(loads.map(({ id }) => id));
  });

  it('comes back after its Worker died, without the maps that died with it', async () => {
    const { runId } = ok(await analyze('photo.jpg', photo));
    const worker = chromium.page.workers().find((each) => /\/worker-[^/]*\.js$/.test(each.url()));
    await worker!.evaluate(() => {
      setTimeout(() => {
        throw new Error('a bug in the Worker');
      });
    });
    const states = () => chromium.page.evaluate(() => window.lens.states().map(({ kind }) => kind));
    await expect.poll(states, { timeout: 10_000 }).toContain('restarting');
    const row = { runId, stage: 0, block: 0, head: null, query: 0 };
    expect(await chromium.page.evaluate((q) => window.lens.row(q), row)).toMatchObject({ code: 'taps-released' });
    expect(ok(await analyze('photo.jpg', photo)).logits).toEqual(logits[provider]);
    expect((await states()).at(-1)).toBe('ready');
  });

  it('keeps within the content security policy', () => {
    expect(chromium.complaints.filter((text) => !/404|a bug in the Worker/.test(text))).toEqual([]);
  });
});

it('gives the same logits on both providers', () => {
  expect(largestDifference(logits.wasm!, logits.webgpu!)).toBeLessThan(1e-3);
});

describe('the choice of a device', () => {
  it('leaves a software adapter alone unless it is insisted on, and says so', async () => {
    const chromium = await openEnginePage(server, { webgpu: true });
    try {
      const report = ok(await chromium.page.evaluate(() => window.lens.configure('auto')));
      expect(report.provider).toBe('wasm');
      expect(report.fallbackReason).toMatch(/software.*swiftshader.*using the CPU with \d+ thread/i);
      const changed = ok(await chromium.page.evaluate(() => window.lens.configure('webgpu')));
      expect(changed.provider).toBe('webgpu');
      const states = await chromium.page.evaluate(() => window.lens.states().map(({ kind }) => kind));
      expect(states.slice(-2)).toEqual(['restarting', 'ready']);
    } finally {
      await chromium.close();
    }
  });

  it('falls back without an adapter, and fails with its own code where WebGPU is insisted on', async () => {
    const chromium = await openEnginePage(server, { webgpu: false });
    try {
      const report = ok(await chromium.page.evaluate(() => window.lens.configure('auto')));
      expect(report.provider).toBe('wasm');
      expect(report.fallbackReason).toMatch(/WebGPU.*using the CPU/);
      const insisted = await chromium.page.evaluate(() => window.lens.configure('webgpu'));
      expect(insisted).toMatchObject({ ok: false, code: 'engine-no-webgpu' });
      ok(await chromium.page.evaluate(() => window.lens.configure('wasm')));
      expect(chromium.complaints).toEqual([]);
    } finally {
      await chromium.close();
    }
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

/** A PNG's signature and header of this size, and nothing behind it. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\x02\0\0\0\0\0\0\0', 'latin1');
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return header;
}

function hugePng(): Buffer {
  return pngHeader(20_000, 20_000);
}

function lyingPng(): Buffer {
  return Buffer.concat([pngHeader(64, 64), Buffer.alloc(200, 7)]);
}
