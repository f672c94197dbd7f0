/** Mulberry32: small, seeded, the same everywhere. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Bytes that decide something. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/** What breaks readers: flipped bits, extreme bytes, numbers off by one, pieces copied over others, cuts and repeats. */
export function mutate(original: Uint8Array, regions: readonly Region[], next: (below: number) => number): Uint8Array {
  const bytes = Uint8Array.from(original);
  const place = () => {
    const { start, end } = regions[next(regions.length)]!;
    return start + next(end - start);
  };
  for (let i = 1 + next(4); i > 0; i--) {
    const at = place();
    switch (next(6)) {
      case 0:
        bytes[at]! ^= 1 << next(8);
        break;
      case 1:
        bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 0x2e, 0x28, 0x52][next(8)]!;
        break;
      case 2:
        bytes[at]! += next(2) === 0 ? 1 : 255;
        break;
      case 3:
        bytes.fill(0xff, at, at + 1 + next(8));
        break;
      case 4: {
        const from = place();
        bytes.copyWithin(at, from, from + 1 + next(32));
        break;
      }
      case 5: {
        const removed = 1 + next(16);
        bytes.copyWithin(at, at + removed);
        break;
      }
    }
  }
  return next(12) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
}
