import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCENES } from '../../assets/draw-samples/scenes.mjs';
import imagenet from '../../assets/imagenet1k-labels.json' with { type: 'json' };
import samples from '../../assets/samples.json' with { type: 'json' };
import labels from '../../models/demo/labels.json' with { type: 'json' };
import { readImageHeader } from '../../models/image/header.ts';

const FOLDER = new URL('../../assets/samples/', import.meta.url);

describe('the sample pictures', () => {
  it('are listed, all of them and nothing else', () => {
    expect(samples.map((sample) => sample.file).sort()).toEqual(readdirSync(FOLDER).sort());
    expect(samples.length).toBeGreaterThanOrEqual(8);
  });

  it.each(samples)('$file is small, as it was drawn, and of a class the demo knows', ({ file, label }) => {
    const scene = SCENES.find((each) => each.file === file);
    const header = readImageHeader(file, readFileSync(new URL(file, FOLDER)));
    expect(header).toMatchObject({ width: scene?.width, height: scene?.height, orientation: 1 });
    expect(label).toBe(scene?.label);
    expect(labels).toContain(label);
    expect(statSync(new URL(file, FOLDER)).size).toBeLessThan(120_000);
  });
});

describe('the ImageNet names', () => {
  it('are 1000 different ones in index order', () => {
    expect(new Set(imagenet).size).toBe(1000);
    const known: [index: number, name: string][] = [
      [0, 'tench'],
      [134, 'crane bird'],
      [207, 'golden retriever'],
      [281, 'tabby'],
      [517, 'crane'],
      [999, 'toilet tissue'],
    ];
    for (const [index, name] of known) expect(imagenet[index]).toBe(name);
  });
});
