import { describe, expect, test } from 'vitest';
import { countMultiplyAdds, countParameters } from '../../models/cvt/counts.ts';
import { outputSize, stageGrids } from '../../models/cvt/grids.ts';
import { type OfficialSpec, parseSpec, toOfficialSpec } from '../../models/cvt/spec.ts';
import { VARIANTS, variantOf } from '../../models/cvt/variants.ts';

const cvt13 = toOfficialSpec(VARIANTS['cvt-13']);
const changed = (change: Partial<OfficialSpec>): unknown => ({ ...cvt13, ...change });

describe('the spec', () => {
  test('reads the official keys back as they were written, beside training-only ones', () => {
    const data = { ...cvt13, INIT: 'trunc_norm', DROP_RATE: [0, 0, 0], POS_EMBED: [false, false, false] };
    expect(parseSpec(data, 'spec.json')).toEqual(VARIANTS['cvt-13']);
    expect(parseSpec({ MODEL: { NAME: 'cls_cvt', SPEC: data } }, 'config.json')).toEqual(VARIANTS['cvt-13']);
  });

  test.each([
    ['a stage too few', changed({ DEPTH: [1, 2] }), 'spec-invalid', 'DEPTH'],
    ['heads that do not divide the width', changed({ NUM_HEADS: [1, 5, 6] }), 'spec-invalid', 'stage 1'],
    [
      'an unknown projection',
      { ...cvt13, QKV_PROJ_METHOD: ['dw_bn', 'dw', 'dw_bn'] },
      'spec-invalid',
      'QKV_PROJ_METHOD.1',
    ],
    ['a stride of nothing', changed({ PATCH_STRIDE: [4, 0, 2] }), 'spec-invalid', 'PATCH_STRIDE.1'],
    ['a missing key', { ...cvt13, KERNEL_QKV: undefined }, 'spec-invalid', 'KERNEL_QKV'],
    ['absurd depth', changed({ DEPTH: [1, 2, 1e9] }), 'spec-invalid', 'DEPTH.2'],
    ['no MLP', changed({ MLP_RATIO: [0.001, 4, 4] }), 'spec-invalid', 'MLP_RATIO'],
    [
      'pooling windows wholly in the padding',
      changed({ QKV_PROJ_METHOD: ['avg', 'avg', 'avg'], PADDING_KV: [2, 1, 1] }),
      'spec-invalid',
      'PADDING_KV',
    ],
    ['a query stride', changed({ STRIDE_Q: [1, 2, 1] }), 'spec-residual-grid', 'stage 1'],
    ['a query padding that shrinks the grid', changed({ PADDING_Q: [0, 1, 1] }), 'spec-residual-grid', 'stage 0'],
    ['an even kernel', changed({ KERNEL_QKV: [3, 3, 4] }), 'spec-residual-grid', 'stage 2'],
    ['a list', [], 'spec-invalid', 'spec.json'],
    ['nothing', null, 'spec-invalid', 'spec.json'],
  ])('refuses %s', (_, data, code, named) => {
    expect(() => parseSpec(data, 'spec.json')).toThrowError(
      expect.objectContaining({ code, message: expect.stringContaining(named) }),
    );
  });

  test('query windows are free where queries are not convolved', () => {
    const spec = parseSpec(changed({ QKV_PROJ_METHOD: ['avg', 'avg', 'avg'], STRIDE_Q: [2, 2, 2] }), 'spec.json');
    expect(spec.stages[0]?.projection).toBe('avg');
  });
});

describe('counts', () => {
  // DESIGN.md, "The network, exactly": counted on the official implementation.
  test.each([
    ['cvt-13', 224, 19_997_480, 4.566],
    ['cvt-21', 224, 31_622_696, 7.178],
    ['cvt-13', 384, 19_997_480, 16.269],
    ['cvt-21', 384, 31_622_696, 24.849],
    ['cvt-w24', 384, 277_196_392, 194.2],
  ] as const)('%s at %i: %i parameters, %f G multiply-adds', (name, size, parameters, giga) => {
    expect(countParameters(VARIANTS[name], 1000)).toBe(parameters);
    const digits = giga > 100 ? 1 : 3;
    expect((countMultiplyAdds(VARIANTS[name], 1000, size, size) / 1e9).toFixed(digits)).toBe(giga.toFixed(digits));
  });

  test('the published architectures are told from others', () => {
    for (const name of Object.keys(VARIANTS) as (keyof typeof VARIANTS)[]) expect(variantOf(VARIANTS[name])).toBe(name);
    expect(variantOf(parseSpec(changed({ NUM_HEADS: [1, 3, 3] }), 'spec.json'))).toBeNull();
  });
});

describe('grids', () => {
  test("of cvt-13 at 224 are the paper's", () => {
    const sizes = stageGrids(VARIANTS['cvt-13'], 224, 224).map(({ tokens, keys, cls }) => [
      tokens.rows,
      keys.rows,
      cls,
    ]);
    expect(sizes).toEqual([
      [56, 28, 0],
      [28, 14, 0],
      [14, 7, 1],
    ]);
  });

  test('an input that leaves a stage without tokens is refused', () => {
    const spec = parseSpec(changed({ PATCH_PADDING: [0, 0, 0] }), 'spec.json');
    expect(() => stageGrids(spec, 16, 224)).toThrowError(expect.objectContaining({ code: 'input-too-small' }));
  });

  // torch.nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True) and its like, by PyTorch's own rule.
  test.each([
    [16, { kernel: 3, stride: 2, padding: 1, ceil: true }, 9],
    [15, { kernel: 3, stride: 2, padding: 1, ceil: true }, 8],
    [4, { kernel: 2, stride: 2, padding: 1, ceil: true }, 3],
    [5, { kernel: 2, stride: 3, padding: 0, ceil: true }, 2],
    [1, { kernel: 3, stride: 2, padding: 1, ceil: true }, 1],
    [16, { kernel: 3, stride: 2, padding: 1, ceil: false }, 8],
  ])('a side of %i through %o takes %i positions', (size, window, count) => {
    expect(outputSize(size, window)).toBe(count);
  });
});
