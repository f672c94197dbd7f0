import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { OFFICIAL_224 } from '../../models/image/preprocessing.ts';
import type { Recipe } from '../../models/recipe/recipe.ts';
import { OFFICIAL } from '../attention/specs.ts';

/** One that differs from every default. */
export const RECIPE: Recipe = {
  format: 'cvt-lens-recipe',
  version: 1,
  app: '0.1.0',
  picture: { name: 'päprika “1”.jpg', bytes: 12345, sha256: 'ab'.repeat(32), width: 600, height: 420 },
  model: {
    id: 'cvt-13-224-1k',
    title: 'CvT-13 · 224',
    checkpoint: { bytes: 80_200_000, sha256: 'cd'.repeat(32) },
    spec: toOfficialSpec(OFFICIAL),
    activation: 'quick_gelu',
    classes: 1000,
  },
  input: { choice: { kind: 'own' }, crop: { x: 0.25, y: 1 }, preprocessing: OFFICIAL_224 },
  view: {
    stage: 2,
    blocks: [0, 1, 9],
    heads: [null, 2, 0],
    view: 'attribution',
    direction: 'attended',
    rolloutFrom: 'query',
    rolloutOn: 'tokens',
    spread: 'weighted',
    target: 3,
    contrast: null,
    attributionBlock: 'one',
    projectionOf: 'k',
    projectionShow: 'components',
    range: 'locked',
    locked: { logit: { min: -2.5, max: 2.5 }, '× uniform': { min: 0, max: 7 } },
    pins: [{ id: 1, point: { x: 10.5, y: 20 }, color: 0 }],
    activePin: 1,
    query: { x: 33, y: 44.25 },
    atlas: true,
    atlasOrder: 'entropy',
  },
  drawing: {
    visible: true,
    opacity: 0.65,
    fadeLow: false,
    colorMap: 'magma',
    divergingMap: 'purple-orange',
    interpolation: 'smooth',
  },
  scale: { unit: 'logit', factor: 1, min: -2.5, max: 2.5, signed: true },
  engine: { provider: 'wasm', adapter: null, threads: 4, runtime: 'onnxruntime-web 1.30.0', precision: 'fp32' },
};
