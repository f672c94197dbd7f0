import { describe, expect, it } from 'vitest';
import { inputWindow } from '../../models/image/preprocess.ts';
import { cropSquare, type InputWindow, OFFICIAL_224 } from '../../models/image/preprocessing.ts';
import { predictRunMs } from '../../renderer/pipeline/predict-time.ts';
import { freePlay, movedCrop } from '../../renderer/screens/inspect/input-size/crop-move.ts';
import { costWords, predictInput, roughly } from '../../renderer/screens/inspect/input-size/predict-input.ts';
import { REPORT } from './fake-engine.ts';

describe('predictRunMs', () => {
  const runs = [
    { multiplyAdds: 10, runMs: 20 },
    { multiplyAdds: 100, runMs: 50 },
  ];
  const rows: [what: string, known: typeof runs, multiplyAdds: number, ms: number | null][] = [
    ['nothing measured', [], 50, null],
    ['a measured size', runs, 100, 50],
    ['between two, on a line', runs, 55, 35],
    ['beyond the largest, at its rate', runs, 400, 200],
    ['below the smallest, no longer than it', runs, 1, 20],
    ['one measurement', runs.slice(0, 1), 100, 200],
  ];
  it.each(rows)('%s', (_, known, multiplyAdds, ms) => expect(predictRunMs(known, multiplyAdds)).toBe(ms));
});

describe('movedCrop', () => {
  // 640×480 at 256: 341×256, of which 224×224 are seen; a picture pixel is 1.877 across and 1.875 down.
  const window = inputWindow(640, 480, OFFICIAL_224);
  const play = freePlay(window);

  it('knows the play of a crop in picture pixels', () => {
    expect(play.x).toBeCloseTo((117 * 640) / 341, 6);
    expect(play.y).toBeCloseTo(32 * 1.875, 6);
  });

  const rows: [dx: number, dy: number, expected: { x: number; y: number }][] = [
    [0, 0, { x: 0.5, y: 0.5 }],
    [play.x / 4, -play.y / 4, { x: 0.75, y: 0.25 }],
    [1e4, -1e4, { x: 1, y: 0 }],
  ];
  it.each(rows)('by %d, %d', (dx, dy, expected) => {
    const moved = movedCrop({ x: 0.5, y: 0.5 }, dx, dy, window);
    expect(moved.x).toBeCloseTo(expected.x, 9);
    expect(moved.y).toBeCloseTo(expected.y, 9);
  });

  it('leaves an axis without play at its centre', () => {
    const tall: InputWindow = inputWindow(100, 300, cropSquare(96));
    expect(movedCrop({ x: 0.5, y: 0.5 }, 50, -1e4, tall)).toEqual({ x: 0.5, y: 0 });
  });
});

describe('predictInput', () => {
  const base = cropSquare(64);
  const picture = { width: 640, height: 480 };

  it('gives size, work, memory and time', () => {
    const prediction = predictInput(REPORT, base, { kind: 'whole', along: 'shorter', side: 96 }, picture, [
      { multiplyAdds: 1e6, runMs: 2 },
    ])!;
    expect(prediction).toMatchObject({ width: 128, height: 96, refusal: null });
    expect(prediction.runMs).toBeCloseTo((prediction.multiplyAdds! / 1e6) * 2, 6);
    expect(costWords(prediction)).toMatch(/^about .*s, \d+\u202fMB$/);
  });

  it('does not know a whole picture’s size without a picture', () => {
    expect(predictInput(REPORT, base, { kind: 'whole', along: 'longer', side: 96 }, null, [])).toBeNull();
    expect(predictInput(REPORT, base, { kind: 'square', side: 96 }, null, [])).toMatchObject({
      width: 96,
      runMs: null,
    });
  });

  it.each([
    { kind: 'whole', along: 'longer', side: 8000 },
    { kind: 'whole', along: 'shorter', side: 8000 },
    { kind: 'free', width: 8000, height: 6000, fit: 'crop' },
    { kind: 'square', side: 8000 },
  ] as const)('refuses %j and offers the same kind of input that fits', (choice) => {
    const { refusal } = predictInput(REPORT, base, choice, picture, [])!;
    expect(refusal?.message).toMatch(/is the largest of this shape that fits/);
    expect(refusal?.instead?.kind).toBe(choice.kind);
    const instead = predictInput(REPORT, base, refusal!.instead!, picture, [])!;
    expect(instead.refusal).toBeNull();
    expect(refusal!.message).toContain(`${instead.width}×${instead.height} is the largest`);
  });

  it('passes on that a size is too small', () => {
    const { refusal } = predictInput(REPORT, base, { kind: 'square', side: 1 }, picture, [])!;
    expect(refusal).toEqual({ message: expect.stringContaining('1×1 pixels is too small'), instead: null });
  });
});

it.each([
  [3.21, '3.2\u202fms'],
  [847, '850\u202fms'],
  [1234, '1.2\u202fs'],
  [998, '1.0\u202fs'],
  [43_210, '43\u202fs'],
  [200_000, '3\u202fmin'],
])('writes %d ms roughly', (ms, text) => expect(roughly(ms)).toBe(text));
