import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assetFolders } from '../../electron/protocol/assets.ts';

export interface StandInApp {
  readonly root: string;
  readonly home: string;
  remove(): Promise<void>;
}

/** 256 bytes, each its own offset: a range's content proves its place. */
export const WEIGHTS = Uint8Array.from({ length: 256 }, (_, index) => index);

/** A PNG of one pixel, so that a browser can draw it. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const SPEC = {
  NUM_STAGES: 1,
  PATCH_SIZE: [7],
  PATCH_STRIDE: [4],
  PATCH_PADDING: [2],
  DIM_EMBED: [32],
  NUM_HEADS: [1],
  DEPTH: [1],
  MLP_RATIO: [4],
  QKV_BIAS: [true],
  CLS_TOKEN: [true],
  QKV_PROJ_METHOD: ['dw_bn'],
  KERNEL_QKV: [3],
  PADDING_KV: [1],
  STRIDE_KV: [2],
  PADDING_Q: [1],
  STRIDE_Q: [1],
};

/** The files of a built app in a folder of their own, so that the tests of the shells need no build. */
export async function standInApp(): Promise<StandInApp> {
  const root = await mkdtemp(join(tmpdir(), 'cvt-lens-app-'));
  const { renderer, demo, samples } = assetFolders(root);
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    [join(root, 'package.json'), '{"version":"1.2.3"}'],
    [
      join(renderer, 'index.html'),
      '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script type="module" nonce="__CSP_NONCE__" src="/assets/index-abc.js"></script>',
    ],
    [join(renderer, 'engine.html'), '<!doctype html><script nonce="__CSP_NONCE__"></script>'],
    [join(renderer, 'assets', 'index-abc.js'), 'document.title = "stand-in";'],
    [join(renderer, 'assets', 'worker-abc.js'), 'postMessage(self.crossOriginIsolated);'],
    [join(renderer, 'assets', 'ort-abc.wasm'), Uint8Array.of(0, 97, 115, 109)],
    [join(renderer, 'assets', 'empty-abc.css'), ''],
    [join(renderer, 'assets', 'unknown.kind'), 'not for pages'],
    [join(demo, 'cvt-demo.safetensors'), WEIGHTS],
    [join(demo, 'labels.json'), '["cat","dog"]'],
    [join(demo, 'spec.json'), JSON.stringify(SPEC)],
    [join(samples, 'a cat.png'), PIXEL],
    [`${samples}.json`, '[{"file":"cat.png","label":"cat"}]'],
    [join(samples, 'cat.png'), PIXEL],
  ];
  for (const [file, content] of files) {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, content);
  }
  const home = join(root, 'home');
  return { root, home, remove: () => rm(root, { recursive: true, force: true }) };
}
