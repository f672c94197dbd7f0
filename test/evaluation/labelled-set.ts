import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import samples from '../../assets/samples.json' with { type: 'json' };
import { findAppRoot } from '../../electron/app-root.ts';
import demoLabels from '../../models/demo/labels.json' with { type: 'json' };

/** A picture of a set whose classes are known because the test made it. */
export interface DrawnPicture {
  readonly file: string;
  readonly label: string;
  /** In the demo's classes. */
  readonly truth: number;
}

/** Where a set keeps its pictures. */
export type Layout = 'names' | 'indexes' | 'flat';

/** The sample pictures, flipped, cropped and recoloured by a seed, as PNG so that no encoder adds its own noise. */
export async function drawSet(folder: string, perSample: number, seed: number): Promise<readonly DrawnPicture[]> {
  const random = mulberry32(seed);
  const drawn: DrawnPicture[] = [];
  for (const { file, label } of samples) {
    const source = await readFile(join(findAppRoot(), 'assets', 'samples', file));
    const { width, height } = await sharp(source).metadata();
    for (let copy = 0; copy < perSample; copy++) {
      // Around the middle, where the objects are; now and then so near that they are cut.
      const side = Math.floor(Math.min(width, height) * (0.55 + 0.45 * random()));
      const left = Math.floor(((width - side) * (1 + random())) / 3);
      const top = Math.floor(((height - side) * (1 + random())) / 3);
      let picture = sharp(source)
        .flatten({ background: 'white' })
        .extract({ left, top, width: side, height: side })
        .resize(160, 160)
        .modulate({
          brightness: 0.7 + 0.6 * random(),
          saturation: 0.5 + random(),
          hue: Math.floor(random() * 40) - 20,
        });
      if (random() < 0.5) picture = picture.flop();
      const name = `${label.replaceAll(' ', '-')}-${String(copy).padStart(3, '0')}.png`;
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await picture.png().toBuffer());
      drawn.push({ file: name, label, truth: demoLabels.indexOf(label) });
    }
  }
  return drawn;
}

/** The same pictures in another folder, arranged as the layout says. `flat` adds `labels.csv`. */
export async function arrange(
  from: string,
  pictures: readonly DrawnPicture[],
  to: string,
  layout: Layout,
): Promise<ReadonlyMap<string, DrawnPicture>> {
  const placed = new Map<string, DrawnPicture>();
  for (const picture of pictures) {
    const { file, label, truth } = picture;
    const path = {
      names: `${label.replaceAll(' ', '_').toUpperCase()}/${file}`,
      indexes: `${truth}/${file}`,
      flat: file,
    }[layout];
    await mkdir(dirname(join(to, path)), { recursive: true });
    await copyFile(join(from, file), join(to, path));
    placed.set(path, picture);
  }
  if (layout === 'flat') {
    const lines = pictures.map(({ file, label }) => `${file},"${label}"`);
    await writeFile(join(to, 'labels.csv'), `\uFEFFfilename,label\r\n${lines.join('\r\n')}\r\n`);
  }
  return placed;
}

/** A small generator of equally distributed numbers in [0, 1) (Tommy Ettinger's mulberry32). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}
