import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';
import type { Precision } from '../../models/precision/precision.ts';
import { type EnginePage, type EngineServer, ok, openEnginePage, serveEngine } from './engine-harness.ts';
import type { RemoteModel } from './engine-page/page.ts';

const at = (path: string) => new URL(path, import.meta.url);

let server: EngineServer;
let photo: string;
let spec: RemoteModel['spec'];

beforeAll(async () => {
  server = await serveEngine();
  spec = toOfficialSpec(parseSpecText(await readFile(at('../../models/demo/spec.json'), 'utf8'), 'spec.json'));
  photo = (await readFile(at('../golden/preprocess/photo.jpg'))).toString('base64');
});
afterAll(() => server?.close());

const demo = (precision: Precision, id = 'cvt-demo'): RemoteModel => ({
  id,
  title: 'Demo',
  weights: { kind: 'url', url: `${server.url}cvt-demo.safetensors` },
  spec,
  activation: null,
  preprocessing: cropSquare(96),
  precision,
});

/** What loading a model took is told by its phases. */
async function prepare({ page }: EnginePage, model: RemoteModel) {
  return ok(await page.evaluate((each) => window.lens.prepare(each), model));
}

describe('int8 on the CPU', () => {
  let chromium: EnginePage;
  const lens = () => chromium.page;
  const kept = async () => ok(await lens().evaluate(() => window.lens.kept()));
  /** The Worker forgets its sessions, as at a new start. */
  const restart = async () => {
    await lens().evaluate(() => window.lens.configure('wasm', 1));
    await lens().evaluate(() => window.lens.configure('wasm', 2));
  };

  beforeAll(async () => {
    chromium = await openEnginePage(server, { webgpu: false });
    ok(await lens().evaluate(() => window.lens.configure('wasm', 2)));
  });
  afterAll(() => chromium?.close());

  it('a withdrawn conversion leaves nothing behind', async () => {
    const outcome = await lens().evaluate((each) => window.lens.prepareUntil(each, 'converting'), demo('int8', 'gone'));
    expect(outcome).toMatchObject({ ok: false, name: 'CancelledError' });
    expect((await kept()).filter(({ modelId, bytes }) => modelId === 'gone' && bytes > 0)).toEqual([]);
  });

  it('converts, keeps what came of it, and takes it the next time', async () => {
    const first = await prepare(chromium, demo('int8'));
    expect(first.report.precision).toEqual({ asked: 'int8', ran: 'int8', reason: null });
    expect(first.phases).toContain('converting');
    const [file] = (await kept()).filter(({ modelId }) => modelId === 'cvt-demo');
    expect(file?.name).toMatch(/^[0-9a-f]{64}\.int8\.v\d+\.safetensors$/);
    await restart();
    expect((await prepare(chromium, demo('int8'))).report.precision.ran).toBe('int8');
    expect((await kept()).filter(({ modelId }) => modelId === 'cvt-demo')).toEqual([file]);
  });

  let whole: readonly number[];

  it('answers and maps are near fp32’s, and are not fp32’s', async () => {
    const answer = async (precision: Precision) =>
      ok(await lens().evaluate(([m, b]) => window.lens.analyze(m, 'photo.jpg', b), [demo(precision), photo] as const));
    const [int8, fp32] = [await answer('int8'), await answer('fp32')];
    expect([int8.precision.ran, fp32.precision.ran]).toEqual(['int8', 'fp32']);
    whole = int8.probabilities;
    const off = int8.probabilities.map((value, index) => Math.abs(value - fp32.probabilities[index]!));
    expect(Math.max(...off)).toBeLessThan(0.1);
    expect(Math.max(...off)).toBeGreaterThan(0);
    for (const stage of int8.received)
      for (const map of stage) expect(map.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    const row = ok(
      await lens().evaluate(
        (runId) => window.lens.row({ runId, stage: 2, block: 3, head: null, query: 0 }),
        int8.runId,
      ),
    );
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
  });

  it.each([
    ['a weight', 60_000],
    ['the header', 3],
    ['the seal', -1],
  ])('a kept file that is damaged at %s is made anew', async (_, place) => {
    ok(await lens().evaluate((offset) => window.lens.damageKept('cvt-demo', offset), place));
    await restart();
    expect((await prepare(chromium, demo('int8'))).report.precision.ran).toBe('int8');
    // Whole again: at the next start it is read, and the answer is int8's of before.
    await restart();
    const again = ok(
      await lens().evaluate(([m, b]) => window.lens.analyze(m, 'photo.jpg', b), [demo('int8'), photo] as const),
    );
    expect(again.probabilities).toEqual(whole);
    expect(again.precision.ran).toBe('int8');
  });

  it('goes with its model', async () => {
    ok(await lens().evaluate(() => window.lens.clearKept('cvt-demo')));
    expect((await kept()).filter(({ modelId }) => modelId === 'cvt-demo')).toEqual([]);
  });

  it('no script failed, and nothing broke the content security policy', () => {
    expect(chromium.complaints).toEqual([]);
  });
});

it('fp16 on a GPU without shader-f16 gives way to fp32, and the report says why', async () => {
  const chromium = await openEnginePage(server, { webgpu: true });
  try {
    const device = ok(await chromium.page.evaluate(() => window.lens.configure('webgpu')));
    expect(device.precisions).toEqual(['fp32']);
    const { report } = await prepare(chromium, demo('fp16'));
    expect(report.precision).toMatchObject({ asked: 'fp16', ran: 'fp32' });
    expect(report.precision.reason).toMatch(/swiftshader.* does not compute in 16-bit floats \(shader-f16\)/i);
    const beside = await prepare(chromium, { ...demo('int8'), provider: 'wasm' });
    expect(beside.report.precision.ran).toBe('int8');
  } finally {
    await chromium.close();
  }
});
