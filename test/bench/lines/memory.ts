import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIANTS, type VariantName } from '../../../models/cvt/variants.ts';
import { preprocessingFor } from '../../../models/image/preprocessing.ts';
import { ok, openEnginePage, serveEngine } from '../../browser/engine-harness.ts';
import type { RemoteModel } from '../../browser/engine-page/page.ts';
import { formulaCheckpoint } from '../../golden/formula-checkpoint.ts';
import { figure } from '../compare.ts';
import { peakBytes } from '../engine-process.ts';
import type { BenchLine } from '../line.ts';

const LIMIT = 1.5;
const PHOTO = new URL('../../golden/preprocess/photo.jpg', import.meta.url);

/** Peak memory of the engine's process in Chromium while a checkpoint is loaded over HTTP and two pictures are run. Linux only. */
export const line: BenchLine = {
  title: 'Peak memory of the engine’s process over the weights’ bytes, Chromium, WASM',
  settings: ['predictions', 'attention'],
  async measure({ setting, isShort }) {
    const [variant, side]: [VariantName, number] = isShort ? ['cvt-13', 224] : ['cvt-w24', 384];
    const folder = await mkdtemp(join(tmpdir(), 'cvt-bench-memory-'));
    const path = join(folder, 'model.safetensors');
    const bytes = formulaCheckpoint(VARIANTS[variant], 1000, 1);
    const weightBytes = bytes.byteLength;
    await writeFile(path, bytes);
    const server = await serveEngine({ 'model.safetensors': path });
    const chromium = await openEnginePage(server, { webgpu: false });
    try {
      const { page } = chromium;
      ok(await page.evaluate(() => window.lens.configure('wasm')));
      const idle = await peakBytes(chromium);
      const model: RemoteModel = {
        id: variant,
        title: variant,
        weights: { kind: 'url', url: `${server.url}model.safetensors` },
        spec: null,
        activation: null,
        preprocessing: preprocessingFor({ rows: side, cols: side }),
      };
      const picture = { name: 'photo.jpg', base64: (await readFile(PHOTO)).toString('base64') };
      const argument = [model, picture] as const;
      if (setting === 'predictions')
        ok(
          await page.evaluate(([m, { name, base64 }]) => {
            const file = { name, base64 };
            return window.lens.classify(m, [file, file]);
          }, argument),
        );
      else
        for (let run = 0; run < 2; run++)
          ok(await page.evaluate(([m, { name, base64 }]) => window.lens.analyze(m, name, base64), argument));
      const peak = await peakBytes(chromium);
      if (peak === null || idle === null) return [];
      const isBar = !isShort && setting === 'predictions';
      return [
        figure(
          {
            name: `${variant} at ${side}`,
            ...(isBar ? { bound: { side: 'at-most', value: LIMIT, kind: 'bar' } } : {}),
            note: `${(peak / 1e6).toFixed(0)} MB; ${(idle / 1e6).toFixed(0)} MB before the checkpoint`,
          },
          '× weights',
          [peak / weightBytes],
        ),
      ];
    } finally {
      await chromium.close();
      await server.close();
      await rm(folder, { recursive: true });
    }
  },
};
