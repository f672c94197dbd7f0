/**
 * Draws one scene on a canvas; runs inside Chromium, so it must stand alone. A background of a gradient and two octaves of smooth noise, as in
 * the demo checkpoint's training scenes (models/demo/README.md), a soft shadow, and the glyphs.
 *
 * @param {{ scene: import('./scenes.mjs').Scene, glyphs: Readonly<Record<string, string>> }} order
 * @returns {Promise<string>} the encoded picture as a data URL
 */
export async function drawInPage({ scene, glyphs }) {
  const { width, height } = scene;
  const shorter = Math.min(width, height);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No 2D canvas.');
  const random = mulberry32(scene.seed);

  if (scene.colours) {
    paintGradient(context, scene.colours, scene.angle ?? 0);
    addNoise(context);
  }
  for (const thing of scene.things) paintThing(context, thing);
  const type = scene.file.endsWith('.png') ? 'image/png' : 'image/jpeg';
  const blob = await canvas.convertToBlob({ type, quality: 0.9 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return `data:${type};base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;

  /** @param {OffscreenCanvasRenderingContext2D} target @param {readonly string[]} colours @param {number} angle */
  function paintGradient(target, colours, angle) {
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    const reach = (Math.abs(dx) * width + Math.abs(dy) * height) / 2;
    const [x, y] = [width / 2, height / 2];
    const gradient = target.createLinearGradient(x - dx * reach, y - dy * reach, x + dx * reach, y + dy * reach);
    for (const [i, colour] of colours.entries()) gradient.addColorStop(i / (colours.length - 1), colour);
    target.fillStyle = gradient;
    target.fillRect(0, 0, width, height);
  }

  /** Large soft clouds, smaller ones over them, and a grain that hides the gradient's steps. @param {OffscreenCanvasRenderingContext2D} target */
  function addNoise(target) {
    const octaves = [
      { strength: 20, cell: shorter / 2.5 },
      { strength: 9, cell: shorter / 7 },
    ].map(({ strength, cell }) => ({ strength, at: smoothNoise(cell) }));
    const image = target.getImageData(0, 0, width, height);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i += 4) {
        let change = (random() - 0.5) * 5;
        for (const { strength, at } of octaves) change += strength * at(x, y);
        for (let channel = 0; channel < 3; channel++) image.data[i + channel] = (image.data[i + channel] ?? 0) + change;
      }
    target.putImageData(image, 0, 0);
  }

  /** Random values on a grid `cell` pixels wide, joined by Catmull-Rom splines. @param {number} cell */
  function smoothNoise(cell) {
    const columns = Math.ceil(width / cell) + 4;
    const rows = Math.ceil(height / cell) + 4;
    const grid = Array.from({ length: rows * columns }, () => random() * 2 - 1);
    /** @param {number} a @param {number} b @param {number} c @param {number} d @param {number} t */
    const spline = (a, b, c, d, t) =>
      b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    /** @param {number} x @param {number} y */
    return (x, y) => {
      const [u, v] = [Math.floor(x / cell), Math.floor(y / cell)];
      const [s, t] = [x / cell - u, y / cell - v];
      /** @param {number} row */
      const along = (row) => {
        const at = row * columns + u;
        return spline(grid[at] ?? 0, grid[at + 1] ?? 0, grid[at + 2] ?? 0, grid[at + 3] ?? 0, s);
      };
      return spline(along(v), along(v + 1), along(v + 2), along(v + 3), t);
    };
  }

  /** @param {OffscreenCanvasRenderingContext2D} target @param {import('./scenes.mjs').Thing} thing */
  function paintThing(target, thing) {
    const size = thing.size * shorter;
    const glyph = glyphs[thing.label];
    if (!glyph) throw new Error(`No glyph for ${thing.label}.`);
    target.save();
    target.translate(thing.x * width, thing.y * height);
    if (scene.colours && !thing.afloat) paintShadow(target, size);
    target.rotate(thing.turn ?? 0);
    target.transform(1, 0, thing.shear ?? 0, 1, 0, 0);
    if (thing.mirror) target.scale(-1, 1);
    // The font's bitmaps are 136 × 128 pixels on an em of 109: this makes the glyph's box `size` wide.
    target.font = `${(size * 109) / 136}px "Noto Color Emoji"`;
    target.textAlign = 'center';
    target.textBaseline = 'middle';
    const box = target.measureText(glyph);
    target.imageSmoothingQuality = 'high';
    target.fillText(glyph, 0, (box.actualBoundingBoxAscent - box.actualBoundingBoxDescent) / 2);
    target.restore();
  }

  /** @param {OffscreenCanvasRenderingContext2D} target @param {number} size */
  function paintShadow(target, size) {
    target.save();
    target.translate(0, size * 0.42);
    target.scale(1, 0.22);
    const shadow = target.createRadialGradient(0, 0, 0, 0, 0, size * 0.5);
    shadow.addColorStop(0, 'rgb(20 20 40 / 0.28)');
    shadow.addColorStop(1, 'rgb(20 20 40 / 0)');
    target.fillStyle = shadow;
    target.fillRect(-size, -size, 2 * size, 2 * size);
    target.restore();
  }

  /** A small seeded generator (Tommy Ettinger's mulberry32), uniform in [0, 1). @param {number} seed */
  function mulberry32(seed) {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }
}
