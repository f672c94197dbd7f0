import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countMultiplyAdds } from '../../models/cvt/counts.ts';
import {
  attentionPieceBytes,
  bytesInWords,
  ENGINE_MEMORY_BYTES,
  footprintOf,
  largestSizeThatFits,
  refusalOf,
} from '../../models/cvt/footprint.ts';
import type { CvtSpec } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { SpecError } from '../../models/errors.ts';

const SPECS: Readonly<Record<string, CvtSpec>> = {
  ...VARIANTS,
  demo: parseSpecText(readFileSync(new URL('../../models/demo/spec.json', import.meta.url), 'utf8'), 'spec.json'),
};
const CVT_13 = VARIANTS['cvt-13'];

describe('footprintOf', () => {
  it('knows the whole attention of a stage, which is quadratic in the pixels', () => {
    // Stage 1 at 4000×3000: 1000·750 queries, 500·375 keys, one head, 4 bytes.
    const { attention } = footprintOf(CVT_13, 1000, { width: 4000, height: 3000 });
    expect(attention).toEqual({ stage: 0, bytes: 750_000 * 187_500 * 4 });
    expect(bytesInWords(attention.bytes)).toBe('560 GB');
    // CvT-W24 at 384: 96² queries, 48² keys, three heads: 243 MiB.
    expect(footprintOf(VARIANTS['cvt-w24'], 1000, { width: 384, height: 384 }).attention).toEqual({
      stage: 0,
      bytes: 243 * 2 ** 20,
    });
  });

  // The outputs of a run with taps, less logits and received maps, as onnxruntime gave them.
  it.each([
    ['cvt-13', 224, 224, 12.1],
    ['cvt-13', 512, 512, 63.0],
    ['cvt-13', 1600, 1200, 461.9],
    ['cvt-w24', 384, 384, 182.1],
    ['demo', 640, 480, 14.5],
  ])('counts the taps of %s at %i×%i', (name, width, height, megabytes) => {
    const { tapBytes } = footprintOf(SPECS[name]!, name === 'demo' ? 100 : 1000, { width, height });
    expect(tapBytes / 1e6).toBeGreaterThan(megabytes - 0.6);
    expect(tapBytes / 1e6).toBeLessThan(megabytes + 0.1);
  });

  // MB of onnxruntime-web's heap after a run in Node 20, graph and pieces as the app makes them, formula weights.
  const measured: [string, width: number, height: number, heap: number][] = [
    ['demo', 96, 96, 20.2],
    ['demo', 224, 224, 35.6],
    ['demo', 512, 512, 73],
    ['demo', 640, 480, 88],
    ['demo', 1024, 768, 171],
    ['cvt-13', 224, 224, 150.5],
    ['cvt-13', 384, 384, 217],
    ['cvt-13', 512, 512, 312.3],
    ['cvt-13', 768, 576, 375],
    ['cvt-13', 1024, 768, 641],
    ['cvt-13', 1600, 1200, 1151.5],
    ['cvt-13', 2080, 1560, 2072.5],
    ['cvt-w24', 384, 384, 1595],
    ['cvt-w24', 784, 784, 2763],
  ];
  it.each(measured)('is close to the heap measured for %s at %i×%i', (name, width, height, heap) => {
    const { peakBytes, tapBytes } = footprintOf(SPECS[name]!, name === 'demo' ? 100 : 1000, { width, height });
    // The page's own part: taps once more, and 40 bytes a pixel.
    const ratio = (peakBytes - tapBytes - 40 * width * height) / 1e6 / heap;
    const [least, most] = heap > 1000 ? [1, 1.25] : [0.7, 2.4];
    expect(ratio).toBeGreaterThanOrEqual(least);
    expect(ratio).toBeLessThanOrEqual(most);
  });

  it('counts work as the literature does', () => {
    const size = { width: 320, height: 208 };
    expect(footprintOf(CVT_13, 1000, size).multiplyAdds).toBe(countMultiplyAdds(CVT_13, 1000, 208, 320));
  });

  it('leaves inputs that are too small to the spec', () => {
    expect(() => footprintOf(CVT_13, 1000, { width: 1, height: 0 })).toThrow(SpecError);
  });
});

describe('attentionPieceBytes', () => {
  const MIB = 2 ** 20;
  const rows: [width: number, height: number, binding: number | null, expected: number][] = [
    [224, 224, null, 10 * MIB],
    [1600, 1200, null, Math.ceil((120_000 * 30_000 * 4) / 128)],
    [224, 224, 128 * MIB, 128 * MIB],
    [224, 224, 2048 * MIB, 256 * MIB],
    [2400, 1800, 128 * MIB, 128 * MIB],
  ];
  it.each(rows)('%i×%i with a binding of %s bytes', (width, height, binding, expected) => {
    expect(attentionPieceBytes(CVT_13, { width, height }, binding)).toBe(expected);
  });
});

describe('refusalOf', () => {
  it('names the need and the largest size that fits', () => {
    const refusal = refusalOf(CVT_13, 1000, { width: 4000, height: 3000 });
    expect(refusal).toMatchObject({ name: 'EngineError', code: 'input-too-large' });
    expect(refusal?.message).toMatch(
      /^4000×3000 would need about \d+ GB \(stage 1's attention alone is 560 GB a block/,
    );
    const [, width, height] = /; (\d+)×(\d+) is the largest of this shape that fits in 4 GB\.$/.exec(refusal!.message)!;
    expect(refusalOf(CVT_13, 1000, { width: Number(width), height: Number(height) })).toBeNull();
  });

  it('lets every published model pass at its own size', () => {
    for (const [name, spec] of Object.entries(SPECS))
      for (const side of [96, 224, 384])
        expect(refusalOf(spec, 1000, { width: side, height: side }), `${name} at ${side}`).toBeNull();
  });

  it('refuses sides beyond what preprocessing takes, whatever the memory', () => {
    expect(refusalOf(SPECS.demo!, 100, { width: 9000, height: 32 })).toMatchObject({
      code: 'input-too-large',
      message: '9000×32 has a side of more than 8192 pixels; 8192×29 is the largest of this shape that fits in 4 GB.',
    });
  });

  it('says so where nothing of a shape fits', () => {
    expect(refusalOf(VARIANTS['cvt-w24'], 1000, { width: 384, height: 384 }, 1e9)?.message).toMatch(
      /No size of this shape fits in 1 GB\.$/,
    );
  });
});

describe('largestSizeThatFits', () => {
  const shapes = [
    [4000, 3000],
    [3000, 4000],
    [1, 1],
    [8000, 100],
    [640, 427],
  ] as const;
  it.each(shapes)('keeps the shape %i×%i and is the largest', (width, height) => {
    for (const spec of Object.values(SPECS)) {
      const found = largestSizeThatFits(spec, 1000, { width, height })!;
      const longer = Math.max(found.width, found.height);
      expect(longer % 16).toBe(0);
      expect(Math.abs(found.width * height - found.height * width)).toBeLessThanOrEqual(0.5 * Math.max(width, height));
      expect(footprintOf(spec, 1000, found).peakBytes).toBeLessThanOrEqual(ENGINE_MEMORY_BYTES);
      if (longer === 8192) continue;
      const next = { width: (found.width * (longer + 16)) / longer, height: (found.height * (longer + 16)) / longer };
      const larger = { width: Math.round(next.width), height: Math.round(next.height) };
      expect(footprintOf(spec, 1000, larger).peakBytes).toBeGreaterThan(ENGINE_MEMORY_BYTES);
    }
  });
});
