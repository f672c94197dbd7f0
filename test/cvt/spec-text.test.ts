import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { parseSpecFile, parseSpecText } from '../../models/cvt/spec-text.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';

const fixture = (file: string) => readFile(join(import.meta.dirname, '..', 'fixtures', file), 'utf8');

/** As microsoft/CvT's experiments/imagenet/cvt/cvt-13-224x224.yaml writes it. */
const EXPERIMENT = `OUTPUT_DIR: 'OUTPUT/'
WORKERS: 6
PRINT_FREQ: 500
AMP:
  ENABLED: true

MODEL:
  NAME: cls_cvt
  SPEC:
    INIT: 'trunc_norm'
    NUM_STAGES: 3
    PATCH_SIZE: [7, 3, 3]
    PATCH_STRIDE: [4, 2, 2]
    PATCH_PADDING: [2, 1, 1]
    DIM_EMBED: [64, 192, 384]
    NUM_HEADS: [1, 3, 6]
    DEPTH: [1, 2, 10]
    MLP_RATIO: [4.0, 4.0, 4.0]
    ATTN_DROP_RATE: [0.0, 0.0, 0.0]
    DROP_PATH_RATE: [0.0, 0.0, 0.1]
    QKV_BIAS: [True, True, True]
    CLS_TOKEN: [False, False, True]
    POS_EMBED: [False, False, False]
    QKV_PROJ_METHOD: ['dw_bn', 'dw_bn', 'dw_bn']
    KERNEL_QKV: [3, 3, 3]
    PADDING_KV: [1, 1, 1]
    STRIDE_KV: [2, 2, 2]
    PADDING_Q: [1, 1, 1]
    STRIDE_Q: [1, 1, 1]
AUG:
  MIXUP_PROB: 1.0
TRAIN:
  LR: 0.00025
`;

const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghi']
  .map((line, i) =>
    i === 0 ? line : `${line}: &${line} [${`*${String.fromCharCode(96 + i)},`.repeat(9).slice(0, -1)}]`,
  )
  .join('\n');

describe('a spec beside a checkpoint', () => {
  test.each([
    ['an official experiment file', EXPERIMENT],
    ['its SPEC as JSON', JSON.stringify(toOfficialSpec(VARIANTS['cvt-13']))],
    ['JSON in another place', `\n ${JSON.stringify({ MODEL: { SPEC: toOfficialSpec(VARIANTS['cvt-13']) } })}`],
    ['a Hugging Face configuration', '{"model_type": "cvt"}'],
  ])('%s', (_, text) => {
    expect(parseSpecText(text, 'beside')).toEqual(VARIANTS['cvt-13']);
  });

  test('the fixtures of both kinds describe one network', async () => {
    const official = parseSpecFile(await fixture('official-spec.json'), 'official-spec.json');
    const config = parseSpecFile(await fixture('hf-config.json'), 'hf-config.json');
    expect(config.spec).toEqual(official.spec);
    expect(official.labels).toBeNull();
  });

  test.each([
    ['an open brace', '{', 'spec-unreadable', 'neither JSON nor YAML'],
    ['YAML that contradicts itself', 'a: [1, 2\nb: 3', 'spec-unreadable', 'neither JSON nor YAML'],
    ['aliases that stand for a billion nodes', bomb, 'spec-unreadable', 'alias'],
    ['a megabyte', ' '.repeat(2 ** 20 + 1), 'spec-unreadable', 'too many'],
    ['YAML of something else', 'name: cvt', 'spec-invalid', 'NUM_STAGES'],
    ['a web page', '<!doctype html><html></html>', 'spec-invalid', 'beside'],
    ['nothing', '', 'spec-invalid', 'beside'],
    ['a key of the wrong type', EXPERIMENT.replace('[1, 3, 6]', '[1, 3, many]'), 'spec-invalid', 'NUM_HEADS.2'],
  ])('%s is refused', (_, text, code, named) => {
    expect(() => parseSpecText(text, 'beside')).toThrowError(
      expect.objectContaining({
        code,
        message: expect.stringMatching(new RegExp(`^beside: .*${named}|${named}`, 'i')),
      }),
    );
  });
});
