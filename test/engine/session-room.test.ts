import { describe, expect, it } from 'vitest';
import { footprintOf } from '../../models/cvt/footprint.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { type SessionSize, sessionsToRelease } from '../../renderer/engine/worker/session-room.ts';

const W24 = 1.109e9;
const SMALL = 80e6;
const size = (modelKey: string, bytes: number, runBytes = 100e6): SessionSize => ({ modelKey, bytes, runBytes });
const runOf = (variant: keyof typeof VARIANTS, side: number) =>
  footprintOf(VARIANTS[variant], 1000, { height: side, width: side }).runBytes;

describe('sessionsToRelease', () => {
  const rows: [what: string, loaded: [string, SessionSize][], wanted: SessionSize, released: string[]][] = [
    ['nothing is loaded', [], size('w24', W24), []],
    [
      'small models together',
      [
        ['a', size('a', SMALL)],
        ['b', size('b', SMALL)],
      ],
      size('c', SMALL),
      [],
    ],
    ['W24 goes for its other size', [['w24@384', size('w24', W24)]], size('w24', W24), ['w24@384']],
    [
      'W24 sends the least recent away, and all it must',
      [
        ['a', size('a', SMALL)],
        ['b', size('b', 200e6)],
      ],
      size('w24', W24),
      ['a'],
    ],
    ['two sizes of a model stay', [['a@1', size('a', SMALL)]], size('a', SMALL), []],
    [
      'six sizes of a small model stay',
      ['a@1', 'a@2', 'a@3', 'a@4', 'a@5'].map((key) => [key, size('a', SMALL, 60e6)]),
      size('a', SMALL, 60e6),
      [],
    ],
    [
      'of a larger one the least recent goes, not another model',
      [
        ['b', size('b', SMALL)],
        ['a@1', size('a', 250e6)],
        ['a@2', size('a', 250e6)],
      ],
      size('a', 250e6),
      ['a@1'],
    ],
    [
      'sizes whose runs take much go too, in the order of their use',
      [
        ['a@2', size('a', SMALL, 400e6)],
        ['a@1', size('a', SMALL, 400e6)],
        ['a@3', size('a', SMALL, 50e6)],
      ],
      size('a', SMALL, 400e6),
      ['a@2', 'a@1'],
    ],
    [
      'a large run needs room beside the weights',
      [
        ['b', size('b', 500e6)],
        ['a', size('a', SMALL)],
      ],
      size('a', SMALL, 3.4e9),
      ['b'],
    ],
    [
      'and keeps it when small ones come later',
      [
        ['large', size('a', SMALL, 3.6e9)],
        ['a', size('b', SMALL)],
      ],
      size('c', 200e6),
      ['large'],
    ],
  ];
  it.each(rows)('%s', (_, loaded, wanted, released) => {
    expect(sessionsToRelease(loaded, wanted)).toEqual(released);
  });

  it('has room for every published model at 384 beside the smallest', () => {
    for (const [variant, bytes] of [
      ['cvt-13', SMALL],
      ['cvt-21', 127e6],
      ['cvt-w24', W24],
    ] as const) {
      const wanted = size(variant, bytes, runOf(variant, 384));
      expect(sessionsToRelease([['demo', size('demo', 4e6)]], wanted)).toEqual([]);
    }
  });
});
