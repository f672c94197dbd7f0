import { describe, expect, it } from 'vitest';
import { type InputChoice, inputChoiceSchema, isCropped, preprocessingOf } from '../../models/image/input-size.ts';
import { inputWindow, resizePlan } from '../../models/image/preprocess.ts';
import { cropSquare, OFFICIAL_224, OFFICIAL_384, type Preprocessing } from '../../models/image/preprocessing.ts';
import { preprocessingSchema } from '../../models/image/preprocessing-schema.ts';

const LANDSCAPE = { width: 640, height: 480 };
const PORTRAIT = { width: 333, height: 1000 };

describe('preprocessingOf', () => {
  const { mean, std } = OFFICIAL_224;
  const shorter = (to: number) => ({ mode: 'shorter', to });
  const rows: [Preprocessing, InputChoice, typeof LANDSCAPE, expected: object][] = [
    [OFFICIAL_224, { kind: 'own' }, LANDSCAPE, OFFICIAL_224],
    [OFFICIAL_384, { kind: 'own' }, PORTRAIT, OFFICIAL_384],
    // The same share of the picture is cropped away: 256/224 of every side.
    [OFFICIAL_224, { kind: 'square', side: 384 }, LANDSCAPE, { width: 384, height: 384, resize: shorter(439) }],
    [OFFICIAL_224, { kind: 'square', side: 224 }, LANDSCAPE, OFFICIAL_224],
    [OFFICIAL_384, { kind: 'square', side: 224 }, LANDSCAPE, { ...OFFICIAL_384, width: 224, height: 224 }],
    [cropSquare(96), { kind: 'square', side: 512 }, PORTRAIT, cropSquare(512)],
    [OFFICIAL_224, { kind: 'whole', along: 'shorter', side: 224 }, LANDSCAPE, { width: 299, height: 224 }],
    [OFFICIAL_224, { kind: 'whole', along: 'longer', side: 224 }, LANDSCAPE, { width: 224, height: 168 }],
    [OFFICIAL_224, { kind: 'whole', along: 'shorter', side: 224 }, PORTRAIT, { width: 224, height: 673 }],
    [OFFICIAL_224, { kind: 'whole', along: 'longer', side: 224 }, PORTRAIT, { width: 75, height: 224 }],
    [OFFICIAL_224, { kind: 'whole', along: 'longer', side: 32 }, { width: 9000, height: 10 }, { width: 32, height: 1 }],
    [
      OFFICIAL_224,
      { kind: 'free', width: 320, height: 256, fit: 'stretch' },
      PORTRAIT,
      { width: 320, height: 256, resize: { mode: 'stretch' } },
    ],
    // 640×480 covers 320×256 at a height of 256: 341×256, of which 21 columns go.
    [
      OFFICIAL_224,
      { kind: 'free', width: 320, height: 256, fit: 'crop' },
      LANDSCAPE,
      { width: 320, height: 256, resize: shorter(256) },
    ],
    [
      OFFICIAL_224,
      { kind: 'free', width: 224, height: 448, fit: 'crop' },
      PORTRAIT,
      { width: 224, height: 448, resize: shorter(224) },
    ],
  ];
  it.each(rows)('%#', (base, choice, picture, expected) => {
    const preprocessing = preprocessingOf(base, choice, null, picture);
    expect(preprocessing).toMatchObject({ mean, std, ...expected });
    expect(preprocessingSchema.parse(preprocessing)).toEqual(preprocessing);
    const plan = resizePlan(picture.width, picture.height, preprocessing);
    expect(plan.crop).toMatchObject({ width: preprocessing.width, height: preprocessing.height });
  });

  it('keeps a whole picture within a pixel of its aspect, at every size', () => {
    for (const picture of [LANDSCAPE, PORTRAIT, { width: 17, height: 11 }, { width: 4032, height: 3024 }])
      for (let side = 16; side < 600; side += 7)
        for (const along of ['shorter', 'longer'] as const) {
          const input = preprocessingOf(OFFICIAL_224, { kind: 'whole', along, side }, null, picture);
          const pick = along === 'shorter' ? Math.min : Math.max;
          expect(pick(input.width, input.height)).toBe(side);
          // Half a pixel of whichever side was rounded, the other being exact.
          const off = Math.abs(input.width * picture.height - input.height * picture.width);
          expect(off).toBeLessThanOrEqual(0.5 * Math.max(picture.width, picture.height) + 1e-6);
          expect(inputWindow(picture.width, picture.height, input)).toMatchObject({ left: 0, top: 0 });
        }
  });

  it('always crops a free input out of a picture that covers it', () => {
    for (const width of [40, 97, 224, 511])
      for (const height of [33, 100, 224, 640])
        for (const picture of [LANDSCAPE, PORTRAIT, { width: 31, height: 29 }, { width: 1, height: 900 }]) {
          const input = preprocessingOf(OFFICIAL_384, { kind: 'free', width, height, fit: 'crop' }, null, picture);
          const plan = resizePlan(picture.width, picture.height, input);
          expect(plan.crop.left).toBeGreaterThanOrEqual(0);
          expect(plan.crop.top).toBeGreaterThanOrEqual(0);
          // No more is cut off than the shapes demand: one side fits, but for what truncation and whole sides add.
          const spareX = plan.width - width;
          const spareY = plan.height - height;
          const step = Math.max(picture.width / picture.height, picture.height / picture.width) + 1;
          expect(Math.min(spareX, spareY)).toBeLessThanOrEqual(step);
        }
  });

  it('takes the crop’s position where something is cropped, and only there', () => {
    const crop = { x: 0.25, y: 1 };
    expect(preprocessingOf(OFFICIAL_224, { kind: 'own' }, crop, LANDSCAPE).resize).toEqual({
      mode: 'shorter',
      to: 256,
      crop,
    });
    expect(preprocessingOf(OFFICIAL_384, { kind: 'own' }, crop, LANDSCAPE)).toEqual(OFFICIAL_384);
    const moved = preprocessingOf(OFFICIAL_224, { kind: 'own' }, crop, LANDSCAPE);
    expect(preprocessingOf(moved, { kind: 'own' }, { x: 0.5, y: 0.5 }, LANDSCAPE)).toEqual(OFFICIAL_224);
  });
});

describe('isCropped', () => {
  const rows: [Preprocessing, typeof LANDSCAPE, boolean][] = [
    [OFFICIAL_224, LANDSCAPE, true],
    [OFFICIAL_224, { width: 100, height: 100 }, true],
    [cropSquare(96), { width: 100, height: 100 }, false],
    [cropSquare(96), { width: 101, height: 100 }, false],
    [cropSquare(96), { width: 102, height: 100 }, true],
    [OFFICIAL_384, PORTRAIT, false],
  ];
  it.each(rows)('%#', (preprocessing, picture, expected) => {
    expect(isCropped(preprocessing, picture)).toBe(expected);
    const { width, height } = picture;
    const plan = resizePlan(width, height, preprocessing);
    expect(plan.width > preprocessing.width || plan.height > preprocessing.height).toBe(expected);
  });
});

describe('inputChoiceSchema', () => {
  const good: InputChoice[] = [
    { kind: 'own' },
    { kind: 'square', side: 512 },
    { kind: 'whole', along: 'longer', side: 600 },
    { kind: 'free', width: 320, height: 8192, fit: 'crop' },
  ];
  it.each(good)('%j', (choice) => expect(inputChoiceSchema.parse(choice)).toEqual(choice));

  const bad: unknown[] = [
    null,
    { kind: 'square' },
    { kind: 'square', side: 0 },
    { kind: 'square', side: 8193 },
    { kind: 'whole', side: 224 },
    { kind: 'free', width: 10.5, height: 20, fit: 'crop' },
    { kind: 'free', width: 10, height: 20, fit: 'pad' },
  ];
  it.each(bad)('refuses %j', (choice) => expect(inputChoiceSchema.safeParse(choice).success).toBe(false));
});
