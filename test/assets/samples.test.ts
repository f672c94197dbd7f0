import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCENES } from '../../assets/draw-samples/scenes.mjs';
import imagenet from '../../assets/imagenet1k-classes.json' with { type: 'json' };
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

describe('the ImageNet classes', () => {
  it('are 1000, each with a WordNet id and a shown name of its own', () => {
    expect(imagenet).toHaveLength(1000);
    expect(new Set(imagenet.map(({ wnid }) => wnid)).size).toBe(1000);
    expect(new Set(imagenet.map(({ names }) => names[0])).size).toBe(1000);
  });

  it('lie in the order of their WordNet ids, as the heads of the published checkpoints do', () => {
    const ids = imagenet.map(({ wnid }) => wnid);
    expect([...ids].sort()).toEqual(ids);
  });

  it.each([
    [0, 'n01440764', ['tench', 'Tinca tinca']],
    [134, 'n02012849', ['crane bird', 'crane']],
    [207, 'n02099601', ['golden retriever']],
    [281, 'n02123045', ['tabby', 'tabby cat']],
    [517, 'n03126707', ['crane']],
    [999, 'n15075141', ['toilet tissue', 'toilet paper', 'bathroom tissue']],
  ])('%i is %s', (index, wnid, names) => {
    expect(imagenet[index]).toEqual({ wnid, names });
  });
});
