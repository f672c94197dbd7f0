import { describe, expect, it } from 'vitest';
import {
  COLOR_STEPS,
  colorAt,
  colorGradient,
  colorTable,
  DIVERGING_MAPS,
  SEQUENTIAL_MAPS,
} from '../../models/drawing/color-maps.ts';

/** Relative luminance, 0–1 (WCAG 2). */
function luminances(name: Parameters<typeof colorTable>[0]): readonly number[] {
  const { rgb } = colorTable(name);
  const linear = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return Array.from({ length: COLOR_STEPS }, (_, step) => {
    const [red, green, blue] = rgb.subarray(step * 3, step * 3 + 3);
    return 0.2126 * linear(red!) + 0.7152 * linear(green!) + 0.0722 * linear(blue!);
  });
}

describe('colorTable', () => {
  it('has the ends that the maps are known for', () => {
    expect(colorTable('inferno').css.at(0)).toBe('rgb(0, 0, 4)');
    expect(colorTable('viridis').css.at(0)).toBe('rgb(68, 1, 84)');
    expect(colorTable('viridis').css.at(-1)).toBe('rgb(253, 231, 37)');
    expect(colorTable('greys').css.at(-1)).toBe('rgb(255, 255, 255)');
  });

  it.each([...SEQUENTIAL_MAPS, ...DIVERGING_MAPS])('%s says the same as numbers and as CSS', (name) => {
    const { rgb, css } = colorTable(name);
    expect(css).toHaveLength(COLOR_STEPS);
    expect(rgb).toHaveLength(COLOR_STEPS * 3);
    for (const [step, color] of css.entries())
      expect(color).toBe(`rgb(${rgb[step * 3]}, ${rgb[step * 3 + 1]}, ${rgb[step * 3 + 2]})`);
  });

  it.each(SEQUENTIAL_MAPS)('%s gets brighter from end to end', (name) => {
    const steps = luminances(name);
    for (let step = 8; step < COLOR_STEPS; step += 8) expect(steps[step]!).toBeGreaterThan(steps[step - 8]!);
    expect(steps.at(-1)! - steps[0]!).toBeGreaterThan(0.6);
  });

  it.each(DIVERGING_MAPS)('%s is brightest at zero, and its ends show on black and on white', (name) => {
    const steps = luminances(name);
    const middle = Math.max(steps[127]!, steps[128]!);
    expect(middle).toBeGreaterThan(0.85);
    for (const end of [steps[0]!, steps.at(-1)!]) {
      expect((end + 0.05) / 0.05).toBeGreaterThan(2);
      expect(1.05 / (end + 0.05)).toBeGreaterThan(3);
    }
    for (let step = 8; step <= 120; step += 8) {
      expect(steps[step]!).toBeGreaterThan(steps[step - 8]!);
      expect(steps[255 - step]!).toBeGreaterThan(steps[255 - step + 8]!);
    }
  });

  it('makes what speaks for a class warm in the first diverging map', () => {
    const { rgb } = colorTable('blue-red');
    expect(rgb[COLOR_STEPS * 3 - 3]!).toBeGreaterThan(rgb[COLOR_STEPS * 3 - 1]!);
    expect(rgb[2]!).toBeGreaterThan(rgb[0]!);
  });
});

describe('colorAt and colorGradient', () => {
  it('take the nearest step', () => {
    const table = colorTable('magma');
    expect(colorAt(table, 0)).toBe(table.css[0]);
    expect(colorAt(table, 0.5)).toBe(table.css[128]);
    expect(colorAt(table, 1)).toBe(table.css[255]);
    expect(colorGradient('magma')).toContain(`, ${table.css[128]}, `);
  });
});
