import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';
import { type EnginePage, type EngineServer, ok, openEnginePage, serveEngine } from './engine-harness.ts';
import type { RemoteModel } from './engine-page/page.ts';

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
