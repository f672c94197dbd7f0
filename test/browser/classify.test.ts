import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';
import { rankClasses } from '../../models/predictions.ts';
import { type EnginePage, type EngineServer, ok, openEnginePage, serveEngine } from './engine-harness.ts';
import type { RemoteFile, RemoteModel } from './engine-page/page.ts';

const at = (path: string) => new URL(path, import.meta.url);
const PHOTO = 'photo.jpg';
const NAMES = [PHOTO, 'portrait.png', 'alpha.png', 'tiny.png', 'exif-rotated.jpg'];
const TOLERANCE = 1e-5;

let server: EngineServer;
let chromium: EnginePage;
let model: RemoteModel;
let files: readonly RemoteFile[];

beforeAll(async () => {
  server = await serveEngine();
  chromium = await openEnginePage(server, { webgpu: false });
  const spec = parseSpecText(await readFile(at('../../models/demo/spec.json'), 'utf8'), 'spec.json');
  model = {
    id: 'cvt-demo',
    title: 'Demo',
    weights: { kind: 'url', url: `${server.url}cvt-demo.safetensors` },
    spec: toOfficialSpec(spec),
    activation: null,
    preprocessing: cropSquare(96),
  };
  files = await Promise.all(
    NAMES.map(async (name) => ({
      name,
      base64: (await readFile(at(`../golden/preprocess/${name}`))).toString('base64'),
    })),
  );
});
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

const classify = (pictures: readonly RemoteFile[], cancelAt: number | null = null) =>
  chromium.page.evaluate(([m, p, c]) => window.lens.classify(m, p, c), [model, pictures, cancelAt] as const);
const analyze = ({ name, base64 }: RemoteFile) =>
  chromium.page.evaluate(([m, n, b]) => window.lens.analyze(m, n, b), [model, name, base64] as const);

describe('many pictures at once', () => {
  it('says of each what its analysis says, and holds no attention', async () => {
    const { answer, steps } = ok(await classify(files));
    expect(steps.at(-1)).toBe(`${files.length}/${files.length}`);
    for (const [place, file] of files.entries()) {
      const alone = ok(await analyze(file));
      const among = answer[place]!;
      if (among.kind === 'failed') throw new Error(among.error.message);
      const error = Math.max(...alone.logits.map((logit, index) => Math.abs(logit - among.logits[index]!)));
      expect(error, file.name).toBeLessThan(TOLERANCE);
      const order = (values: readonly number[]) => rankClasses(Float32Array.from(values), []).map(({ index }) => index);
      expect(order(among.logits)).toEqual(order(alone.logits));
      expect(among.window).toEqual(alone.window);
    }
  });

  it('gives a file that is no picture its reason, and the others their answers', async () => {
    const broken = { name: 'notes.png', base64: btoa('not a picture at all, whatever its name says') };
    const { answer } = ok(await classify([files[0]!, broken, files[1]!]));
    expect(answer.map(({ kind }) => kind)).toEqual(['done', 'failed', 'done']);
    expect(answer[1]).toMatchObject({ error: { name: 'ImageError', message: expect.stringContaining('notes.png') } });
  });

  it('ends between two pictures when it is withdrawn, and the lane goes on', async () => {
    const many = Array.from({ length: 12 }, (_, index) => files[index % files.length]!);
    const cancelled = await classify(many, 1);
    expect(cancelled).toMatchObject({ ok: false, name: 'CancelledError' });
    const { answer } = ok(await classify(files.slice(0, 1)));
    expect(answer).toHaveLength(1);
  });
});
