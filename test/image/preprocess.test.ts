import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../electron/decode-image.ts';
import { inputWindow, normalise, preprocess, resizePlan } from '../../models/image/preprocess.ts';
import { cropSquare, OFFICIAL_224, OFFICIAL_384, type Preprocessing } from '../../models/image/preprocessing.ts';

const FOLDER = new URL('../golden/preprocess/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((file) => /\.(png|jpg)$/.test(file));

describe('preprocess against Pillow', () => {
  const expected = goldenTensors();
  const cases = FILES.flatMap((file) => [[file, OFFICIAL_224] as const, [file, OFFICIAL_384] as const]);

  it('has all eight pictures', () => expect(FILES).toHaveLength(8));

  it.each(cases)('%s', async (file, preprocessing) => {
    const { rgb } = preprocess(await decodeImage(file, readFileSync(new URL(file, FOLDER))), preprocessing);
    const want = expected(`${file}/${preprocessing.width}`);
    expect(rgb).toHaveLength(want.length);
    let largest = 0;
    let total = 0;
    for (let i = 0; i < want.length; i++) {
      const difference = Math.abs(rgb[i]! - want[i]!);
      largest = Math.max(largest, difference);
      total += difference;
    }
    // PNG decodes to one set of pixels, so Pillow's arithmetic has to come out to the bit; JPEG decoders may differ.
    if (file.endsWith('.png')) expect(largest).toBe(0);
    else expect(total / want.length).toBeLessThan(1);
  });
});

describe('resizePlan', () => {
  const rows: [width: number, height: number, Preprocessing, expected: object][] = [
    [640, 480, OFFICIAL_224, { width: 341, height: 256, crop: { left: 58, top: 16, width: 224, height: 224 } }],
    [480, 640, OFFICIAL_224, { width: 256, height: 341, crop: { left: 16, top: 58, width: 224, height: 224 } }],
    // (343 − 224) / 2 = 59.5, to the even 60
    [343, 256, OFFICIAL_224, { width: 343, height: 256, crop: { left: 60, top: 16, width: 224, height: 224 } }],
    [
      1,
      5000,
      OFFICIAL_224,
      { width: 256, height: 1_280_000, crop: { left: 16, top: 639_888, width: 224, height: 224 } },
    ],
    [1500, 120, OFFICIAL_384, { width: 384, height: 384, crop: { left: 0, top: 0, width: 384, height: 384 } }],
    [10, 10, cropSquare(96), { width: 96, height: 96, crop: { left: 0, top: 0, width: 96, height: 96 } }],
  ];
  it.each(rows)('%i×%i', (width, height, preprocessing, expected) => {
    expect(resizePlan(width, height, preprocessing)).toEqual(expected);
  });

  // 341×256 leaves 117 columns and 32 rows of play.
  const moved: [x: number, y: number, left: number, top: number][] = [
    [0, 0, 0, 0],
    [1, 1, 117, 32],
    [0.5, 0.5, 58, 16],
    [0.25, 0.75, 29, 24],
    // 10.5 and 0.5, to the even 10 and 0
    [10.5 / 117, 0.5 / 32, 10, 0],
  ];
  it.each(moved)('crops at %d, %d', (x, y, left, top) => {
    const preprocessing: Preprocessing = { ...OFFICIAL_224, resize: { mode: 'shorter', to: 256, crop: { x, y } } };
    expect(resizePlan(640, 480, preprocessing)).toEqual({
      width: 341,
      height: 256,
      crop: { left, top, width: 224, height: 224 },
    });
    const window = inputWindow(640, 480, preprocessing);
    expect(window.left).toBeCloseTo((left * 640) / 341, 9);
    expect(window.top).toBeCloseTo((top * 480) / 256, 9);
  });

  it('moves what the network sees, pixel for pixel', () => {
    const width = 600;
    const height = 300;
    const data = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : (i * 2654435761) >>> 24,
    );
    const at = (x: number): Preprocessing => ({
      ...OFFICIAL_224,
      resize: { mode: 'shorter', to: 256, crop: { x, y: 0.5 } },
    });
    const whole: Preprocessing = { ...OFFICIAL_224, width: 512, height: 256, resize: { mode: 'stretch' } };
    const all = preprocess({ data, width, height }, whole).rgb;
    for (const x of [0, 0.3, 1]) {
      const { rgb } = preprocess({ data, width, height }, at(x));
      const { crop } = resizePlan(width, height, at(x));
      for (const row of [0, 100, 223]) {
        const start = ((crop.top + row) * 512 + crop.left) * 3;
        expect(rgb.subarray(row * 672, (row + 1) * 672)).toEqual(all.subarray(start, start + 672));
      }
    }
  });

  it('refuses a crop that is larger than what is left after resizing', () => {
    const preprocessing: Preprocessing = { ...OFFICIAL_224, resize: { mode: 'shorter', to: 200 } };
    expect(() => resizePlan(300, 300, preprocessing)).toThrow(RangeError);
  });
});

describe('inputWindow', () => {
  it('maps the middle of the input to the middle of the picture, within rounding', () => {
    for (const [width, height] of [
      [640, 480],
      [333, 1000],
      [17, 11],
    ] as const) {
      const window = inputWindow(width, height, OFFICIAL_224);
      expect(Math.abs(window.left + 112 * window.scaleX - width / 2)).toBeLessThan(window.scaleX);
      expect(Math.abs(window.top + 112 * window.scaleY - height / 2)).toBeLessThan(window.scaleY);
    }
  });

  it('covers the whole picture where both sides are stretched', () => {
    const window = inputWindow(1500, 120, OFFICIAL_384);
    expect(window).toMatchObject({ left: 0, top: 0, pictureWidth: 1500, pictureHeight: 120 });
    expect(window.scaleX * window.inputWidth).toBeCloseTo(1500, 9);
    expect(window.scaleY * window.inputHeight).toBeCloseTo(120, 9);
  });

  it('finds a mark in the picture where the preprocessed image shows it', () => {
    const width = 300;
    const height = 200;
    const data = new Uint8Array(width * height * 4).fill(255);
    for (let y = 120; y < 130; y++) for (let x = 180; x < 190; x++) data.set([0, 0, 0, 255], (y * width + x) * 4);
    const { rgb, window } = preprocess({ data, width, height }, OFFICIAL_224);
    let [x, y, mass] = [0, 0, 0];
    for (let i = 0; i < 224 * 224; i++) {
      const dark = 255 - rgb[i * 3]!;
      x += dark * ((i % 224) + 0.5);
      y += dark * (Math.floor(i / 224) + 0.5);
      mass += dark;
    }
    expect(window.left + (x / mass) * window.scaleX).toBeCloseTo(185, 0);
    expect(window.top + (y / mass) * window.scaleY).toBeCloseTo(125, 0);
  });
});

describe('extremely thin pictures', () => {
  const sizes = [
    [1, 50_000],
    [50_000, 1],
    [1, 1],
  ] as const;
  it.each(sizes)('%i×%i stays one colour', (width, height) => {
    const data = new Uint8Array(width * height * 4).fill(77).map((value, i) => (i % 4 === 3 ? 255 : value));
    for (const preprocessing of [OFFICIAL_224, OFFICIAL_384]) {
      const { rgb } = preprocess({ data, width, height }, preprocessing);
      expect(rgb.every((value) => value === 77)).toBe(true);
    }
  });
});

describe('transparency', () => {
  it('shows white through, rounded to nearest', () => {
    const levels = [0, 1, 64, 127, 128, 200, 254, 255];
    const data = Uint8Array.from(levels.flatMap((alpha) => [10, 100, 250, alpha]));
    const same: Preprocessing = { ...OFFICIAL_384, width: levels.length, height: 1 };
    const { rgb } = preprocess({ data, width: levels.length, height: 1 }, same);
    const over = (colour: number, alpha: number) => Math.round((colour * alpha + 255 * (255 - alpha)) / 255);
    expect([...rgb]).toEqual(levels.flatMap((alpha) => [over(10, alpha), over(100, alpha), over(250, alpha)]));
  });
});

describe('normalise', () => {
  it('writes planes of (value / 255 − mean) / std', () => {
    const preprocessing: Preprocessing = { ...OFFICIAL_384, width: 2, height: 1 };
    const tensor = normalise(Uint8Array.of(0, 128, 255, 51, 102, 204), preprocessing);
    const at = (value: number, channel: number) =>
      Math.fround((value / 255 - preprocessing.mean[channel]!) / preprocessing.std[channel]!);
    expect([...tensor]).toEqual([at(0, 0), at(51, 0), at(128, 1), at(102, 1), at(255, 2), at(204, 2)]);
  });
});

function goldenTensors(): (name: string) => Uint8Array {
  const bytes = readFileSync(new URL('expected.safetensors', FOLDER));
  const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, headerEnd)) as Record<string, { data_offsets: [number, number] }>;
  return (name) => {
    const entry = header[name];
    if (!entry) throw new Error(`expected.safetensors has no ${name}`);
    return bytes.subarray(headerEnd + entry.data_offsets[0], headerEnd + entry.data_offsets[1]);
  };
}
