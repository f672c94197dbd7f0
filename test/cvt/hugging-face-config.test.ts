import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseHuggingFaceConfig, parseHuggingFaceConfigText } from '../../models/cvt/hugging-face-config.ts';
import { parseSpec } from '../../models/cvt/spec.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const config = JSON.parse(fixture('hf-config.json')) as Record<string, unknown>;

describe("Hugging Face's config.json", () => {
  test('gives the spec that the official file gives, and the labels', () => {
    const { spec, labels } = parseHuggingFaceConfigText(fixture('hf-config.json'), 'config.json');
    expect(spec).toEqual(parseSpec(JSON.parse(fixture('official-spec.json')), 'spec'));
    expect(labels?.slice(0, 2)).toEqual(['label 0', 'label 1']);
    expect(labels).toHaveLength(10);
  });

  test("falls back to transformers' own defaults, which are CvT-13's", () => {
    expect(parseHuggingFaceConfig({ model_type: 'cvt' }, 'config.json')).toEqual({
      spec: VARIANTS['cvt-13'],
      labels: null,
    });
  });

  test.each([
    ['none', {}, null],
    ['automatic ones', { 0: 'LABEL_0', 1: 'LABEL_1' }, null],
    ['out of order', { 1: 'dog', 0: 'cat' }, ['cat', 'dog']],
    [
      'more than nine',
      Object.fromEntries(Array.from({ length: 12 }, (_, i) => [i, `c${i}`])),
      Array.from({ length: 12 }, (_, i) => `c${i}`),
    ],
  ])('labels: %s', (_, id2label, expected) => {
    expect(parseHuggingFaceConfig({ ...config, id2label }, 'config.json').labels).toEqual(expected);
  });

  test.each([
    ['another model', { model_type: 'vit' }, /"vit", not a CvT/],
    ['no model type', {}, /model_type/],
    ['no object', [], /config/],
    ['a hole in the labels', { ...config, id2label: { 0: 'a', 2: 'c' } }, /class 1/],
    ['a label that is no text', { ...config, id2label: { 0: 7 } }, /id2label/],
    ['other channels', { ...config, num_channels: 1 }, /num_channels/],
    ['lists of different lengths', { ...config, depth: [1, 2] }, /DEPTH/],
    ['a depth that is no number', { ...config, depth: ['1', 2, 3] }, /DEPTH/],
    ['no text', null, /config/],
  ])('%s is refused', (_, data, says) => {
    expect(() => parseHuggingFaceConfig(data, 'config.json')).toThrow(
      expect.objectContaining({ code: 'spec-invalid', message: expect.stringMatching(says) }),
    );
  });

  test('text that is no JSON is refused', () => {
    expect(() => parseHuggingFaceConfigText('<html>', 'config.json')).toThrow(
      expect.objectContaining({ code: 'spec-unreadable' }),
    );
  });
});
