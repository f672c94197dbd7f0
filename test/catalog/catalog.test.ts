import { describe, expect, test } from 'vitest';
import { ACCURACY_SOURCES, CATALOG, catalogEntry, FIRST_CHOICE } from '../../models/catalog.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { OFFICIAL_224, OFFICIAL_384 } from '../../models/image/preprocessing.ts';

/** The official README's table (microsoft/CvT, "Main results"), and the sizes that the hub shows. */
const PUBLISHED = [
  ['cvt-13-224-1k', 'cvt-13', 224, 20, 4.5, 81.6, 80.2],
  ['cvt-21-224-1k', 'cvt-21', 224, 32, 7.1, 82.5, 127],
  ['cvt-13-384-1k', 'cvt-13', 384, 20, 16.3, 83.0, 80.3],
  ['cvt-21-384-1k', 'cvt-21', 384, 32, 24.9, 83.3, 127],
  ['cvt-13-384-22k', 'cvt-13', 384, 20, 16.3, 83.3, 80.3],
  ['cvt-21-384-22k', 'cvt-21', 384, 32, 24.9, 84.9, 127],
  ['cvt-w24-384-22k', 'cvt-w24', 384, 277, 193.2, 87.6, 1110],
] as const;

describe('the catalog', () => {
  test('holds the seven official checkpoints, the small one first', () => {
    expect(CATALOG.map(({ id }) => id)).toEqual(PUBLISHED.map(([id]) => id));
    expect(CATALOG[0]?.id).toBe(FIRST_CHOICE);
    expect(catalogEntry('cvt-14')).toBeNull();
  });

  test.each(PUBLISHED)('%s agrees with what was published', (id, variant, side, millions, gigaops, top1, megabytes) => {
    const entry = catalogEntry(id)!;
    expect(entry.spec).toBe(VARIANTS[variant]);
    expect(entry.preprocessing).toBe(side === 224 ? OFFICIAL_224 : OFFICIAL_384);
    expect(Math.round(entry.parameters / 1e6)).toBe(millions);
    // Published multiply-adds leave out a little of what is counted here, and are rounded.
    expect(Math.abs(entry.multiplyAdds / 1e9 / gigaops - 1)).toBeLessThan(0.02);
    expect(entry.accuracy.published).toBe(top1);
    expect(Math.abs(entry.accuracy.imagenet.top1 - top1)).toBeLessThanOrEqual(0.1);
    expect(entry.accuracy.imagenet.top5).toBeGreaterThan(entry.accuracy.imagenet.top1);
    expect(entry.accuracy.imagenetV2.top1).toBeLessThan(entry.accuracy.imagenet.top1);
    expect(entry.file.approximateSize).toBe(megabytes * 1e6);
    // Four bytes a parameter, the statistics of BatchNorm and the container's own data.
    const ratio = entry.file.approximateSize / (entry.parameters * 4);
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThan(1.01);
  });

  test('says what only a real download could tell', () => {
    for (const { file, unverified } of CATALOG) {
      expect(unverified.includes('sha256')).toBe(file.sha256 === null);
      if (file.sha256 !== null) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(file.repository).toMatch(/^microsoft\/cvt-/);
      expect(file.revisionSeen).toMatch(/^[0-9a-f]{7}$/);
    }
    expect(new Set(CATALOG.map(({ file }) => file.repository)).size).toBe(CATALOG.length);
    expect(CATALOG.filter(({ file }) => file.sha256 !== null).map(({ id }) => id)).toEqual([
      'cvt-13-384-1k',
      'cvt-21-384-1k',
    ]);
    for (const url of Object.values(ACCURACY_SOURCES)) expect(new URL(url).protocol).toBe('https:');
  });
});
