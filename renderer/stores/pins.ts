import type { Point } from '../../models/attention/geometry.ts';

/** A query that stays where it was put. */
export interface Pin {
  readonly id: number;
  /** In picture pixels. */
  readonly point: Point;
  /** Which of the pins' colours it has: 0 to {@link MAX_PINS} − 1, no two the same. */
  readonly color: number;
}

/** As many as can be told apart by colour at a glance. */
export const MAX_PINS = 6;

/** Puts a new pin after the others; null where there is no more room. */
export function withPin(
  pins: readonly Pin[],
  point: Point,
): { readonly pins: readonly Pin[]; readonly pin: Pin } | null {
  if (pins.length >= MAX_PINS) return null;
  const color = Array.from({ length: MAX_PINS }, (_, each) => each).find((each) =>
    pins.every((p) => p.color !== each),
  )!;
  const pin = { id: Math.max(0, ...pins.map(({ id }) => id)) + 1, point, color };
  return { pins: [...pins, pin], pin };
}

export function movePin(pins: readonly Pin[], id: number, point: Point): readonly Pin[] {
  return pins.map((pin) => (pin.id === id ? { ...pin, point } : pin));
}
