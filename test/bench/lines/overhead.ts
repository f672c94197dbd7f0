import sharp from 'sharp';
import { AppPage } from '../app/app-page.ts';
import { analyseAgain, dropAndTime, offerPicture, type Timings } from '../app/engine-tap.ts';
import { figure, ratio } from '../compare.ts';
import type { Finding } from '../finding.ts';
import type { BenchLine } from '../line.ts';

const PICTURES = [
  { name: '0.3 megapixels', width: 640, height: 480, isLarge: false },
  { name: '12 megapixels', width: 4000, height: 3000, isLarge: true },
] as const;

/** What the app adds to the network's run: from the drop of a picture to its five likeliest classes on the screen. */
export const line: BenchLine = {
  title: 'Drop to top-5 against the bare run, cvt-13 at 224, Chromium on WASM',
  settings: [''],
  async measure({ rounds, say }) {
    const app = await AppPage.open({ variant: 'cvt-13', side: 224 });
    try {
      const { page } = app;
      await app.ready();
      const findings: Finding[] = [];
      for (const picture of PICTURES) {
        say(picture.name);
        await offerPicture(page, await photo(picture.width, picture.height));
        const drops: number[] = [];
        const inside: Timings[] = [];
        const bare: Timings[] = [];
        for (let round = 0; round < rounds.warmUp + rounds.counted; round++) {
          const drop = await dropAndTime(page);
          // The thumbnail and whatever else follows a drop.
          await page.waitForTimeout(400);
          const alone = await analyseAgain(page);
          if (round < rounds.warmUp) continue;
          drops.push(drop.ms);
          inside.push(drop.engine);
          bare.push(alone);
        }
        const of = (list: readonly Timings[], key: keyof Timings) => list.map((each) => each[key]);
        const run = { label: 'session.run', times: of(bare, 'runMs') };
        findings.push(
          ratio(
            {
              name: `drop to top-5, ${picture.name}`,
              ...(!picture.isLarge && { bound: { side: 'at-most', value: 1.25, kind: 'bar' } as const }),
            },
            { label: 'drop', times: drops },
            run,
          ),
          ratio({ name: `decoding, ${picture.name}` }, { label: 'decode', times: of(bare, 'decodeMs') }, run),
          ratio(
            {
              name: `preprocessing, ${picture.name}`,
              ...(picture.isLarge && { bound: { side: 'at-most', value: 0.5, kind: 'bar' } as const }),
            },
            { label: 'preprocess', times: of(bare, 'preprocessMs') },
            run,
          ),
          figure({ name: `run within the drop, ${picture.name}` }, 'ms', of(inside, 'runMs')),
          figure({ name: `reading the answer, ${picture.name}` }, 'ms', of(inside, 'readMs')),
        );
      }
      return findings;
    } finally {
      await app.close();
    }
  },
};

/** Smooth shapes with grain, which JPEG finds as hard as a photo. */
async function photo(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const grain = await sharp({ create: { width, height, channels: 3, background: 'grey', noise } })
    .png()
    .toBuffer();
  const shapes = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3" width="${width}" height="${height}"><defs><linearGradient id="g"><stop stop-color="#f06030"/><stop offset="1" stop-color="#2050c0"/></linearGradient></defs><rect width="4" height="3" fill="url(#g)" opacity=".8"/><circle cx="2" cy="1.5" r="1" fill="#308040" opacity=".8"/></svg>`,
  );
  return sharp(grain)
    .composite([{ input: shapes }])
    .jpeg({ quality: 90 })
    .toBuffer();
}
