import { join } from 'node:path';
import sharp from 'sharp';
import type { InspectApp } from './inspect-page.ts';
import { SAMPLES } from './inspect-page.ts';

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** When all of them were changed, so that a second drop brings the same files. */
const CHANGED_AT = Date.UTC(2026, 0, 1);

const SOURCES = ['parrot', 'octopus', 'penguin', 'rocket', 'fire-engine', 'strawberry-and-lemon'];

/** Small pictures that differ in subject, tint and crop; always the same ones. */
export async function manyPictures(count: number): Promise<readonly NamedBytes[]> {
  const sources = await Promise.all(
    SOURCES.map((name) =>
      sharp(join(SAMPLES, `${name}.jpg`))
        .resize(144, 144)
        .toBuffer(),
    ),
  );
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const turn = Math.floor(at / SOURCES.length);
      const bytes = await sharp(sources[at % SOURCES.length])
        .extract({ left: (turn * 7) % 40, top: (turn * 11) % 40, width: 104, height: 104 })
        .modulate({ hue: (turn * 37) % 360, brightness: 0.8 + ((turn * 13) % 40) / 100 })
        .jpeg({ quality: 80 })
        .toBuffer();
      return { name: `${SOURCES[at % SOURCES.length]}-${String(turn).padStart(3, '0')}.jpg`, bytes };
    }),
  );
}

/** A drop whose files keep their date, so that the journal knows them again. */
export async function dropDated(app: InspectApp, files: readonly NamedBytes[]): Promise<void> {
  const data = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  const transfer = await app.page.evaluateHandle(
    ({ list, lastModified }) => {
      const result = new DataTransfer();
      for (const { name, base64 } of list)
        result.items.add(
          new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name, { lastModified }),
        );
      return result;
    },
    { list: data, lastModified: CHANGED_AT },
  );
  await app.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

/** Pictures that the page draws itself, `size` pixels a side, from number `from` on, and drops. */
export async function dropDrawn(app: InspectApp, from: number, count: number, size: number): Promise<void> {
  const transfer = await app.page.evaluateHandle(
    async ({ first, many, side, lastModified }) => {
      const canvas = new OffscreenCanvas(side, side);
      const context = canvas.getContext('2d')!;
      const result = new DataTransfer();
      for (let at = first; at < first + many; at += 1) {
        context.fillStyle = `hsl(${(at * 47) % 360} 70% 40%)`;
        context.fillRect(0, 0, side, side);
        context.fillStyle = `hsl(${(at * 131 + 90) % 360} 80% 65%)`;
        context.beginPath();
        context.arc(side * (0.3 + ((at * 7) % 40) / 100), side / 2, side * (0.15 + (at % 20) / 100), 0, 7);
        context.fill();
        const blob = await canvas.convertToBlob();
        result.items.add(new File([blob], `drawn-${String(at).padStart(5, '0')}.png`, { lastModified }));
      }
      return result;
    },
    { first: from, many: count, side: size, lastModified: CHANGED_AT },
  );
  await app.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}
