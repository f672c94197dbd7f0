/**
 * What the sample pictures show. Lengths are fractions of the shorter side, positions fractions of width and height, so a
 * scene reads the same at every size.
 *
 * @typedef {object} Thing
 * @property {string} label a label of models/demo/glyphs.json
 * @property {number} x centre
 * @property {number} y centre
 * @property {number} size of the glyph's box
 * @property {number} [turn] radians, clockwise
 * @property {number} [shear]
 * @property {boolean} [mirror]
 * @property {boolean} [afloat] in air or water: casts no shadow
 *
 * @typedef {object} Scene
 * @property {string} file the extension chooses the encoding
 * @property {string} label what the demo checkpoint has to name first
 * @property {number} width
 * @property {number} height
 * @property {number} seed of the noise
 * @property {readonly string[] | null} colours from one end of the gradient to the other; null: transparent
 * @property {number} [angle] of the gradient, radians, 0 is left to right
 * @property {readonly Thing[]} things back to front
 */

const DOWN = Math.PI / 2;

/** @type {readonly Scene[]} */
export const SCENES = [
  {
    file: 'parrot.jpg',
    label: 'parrot',
    width: 640,
    height: 480,
    seed: 11,
    colours: ['#f6d9a8', '#7fb69a', '#25606b'],
    angle: 0.9,
    things: [
      { label: 'cherries', x: 0.83, y: 0.8, size: 0.18, turn: 0.2 },
      { label: 'parrot', x: 0.48, y: 0.5, size: 0.8, turn: -0.08 },
    ],
  },
  {
    file: 'penguin.jpg',
    label: 'penguin',
    width: 640,
    height: 480,
    seed: 23,
    colours: ['#dff1f7', '#9cc9de', '#4d83ad'],
    angle: DOWN - 0.3,
    things: [
      { label: 'fish', x: 0.24, y: 0.78, size: 0.2, turn: -0.25, mirror: true },
      { label: 'penguin', x: 0.53, y: 0.5, size: 0.8, turn: 0.06 },
    ],
  },
  {
    file: 'dog-and-cat.jpg',
    label: 'dog',
    width: 640,
    height: 448,
    seed: 31,
    colours: ['#e4efe6', '#93c0b4', '#3f7d86'],
    angle: DOWN - 0.2,
    things: [
      { label: 'cat', x: 0.75, y: 0.68, size: 0.32, turn: 0.04 },
      { label: 'dog', x: 0.45, y: 0.49, size: 0.76, turn: -0.05, mirror: true },
    ],
  },
  {
    file: 'sailboat-wide.jpg',
    label: 'sailboat',
    width: 680,
    height: 300,
    seed: 47,
    colours: ['#fbe6c8', '#8fc6cf', '#2f7f9e', '#1c4f7c'],
    angle: DOWN,
    things: [
      { label: 'whale', x: 0.15, y: 0.68, size: 0.34, turn: 0.05, afloat: true },
      { label: 'dolphin', x: 0.86, y: 0.66, size: 0.34, turn: -0.15, afloat: true },
      { label: 'sailboat', x: 0.5, y: 0.47, size: 0.82, turn: -0.06 },
    ],
  },
  {
    file: 'giraffe-tall.jpg',
    label: 'giraffe',
    width: 400,
    height: 640,
    seed: 53,
    colours: ['#bfe0ea', '#f4e2b2', '#c9a45f', '#7d8a45'],
    angle: DOWN,
    things: [
      { label: 'palm tree', x: 0.8, y: 0.83, size: 0.36, turn: 0.03 },
      { label: 'giraffe', x: 0.48, y: 0.49, size: 0.92, turn: 0.05 },
    ],
  },
  {
    file: 'rocket.jpg',
    label: 'rocket',
    width: 560,
    height: 560,
    seed: 61,
    colours: ['#0f1640', '#3b2a78', '#8d4a8f', '#e08a7a'],
    angle: DOWN + 0.5,
    things: [{ label: 'rocket', x: 0.5, y: 0.49, size: 0.76, turn: -0.1, afloat: true }],
  },
  {
    file: 'sunflower-and-bee.jpg',
    label: 'sunflower',
    width: 600,
    height: 450,
    seed: 71,
    colours: ['#cfe8f5', '#9fcfae', '#4b8f5d'],
    angle: DOWN + 0.3,
    things: [
      { label: 'sunflower', x: 0.46, y: 0.52, size: 0.84, turn: 0.08 },
      { label: 'bee', x: 0.77, y: 0.26, size: 0.24, turn: 0.2, afloat: true },
    ],
  },
  {
    file: 'guitar-and-drum.jpg',
    label: 'guitar',
    width: 640,
    height: 480,
    seed: 83,
    colours: ['#f0d7c4', '#c77c68', '#5c3350'],
    angle: 0.5,
    things: [
      { label: 'drum', x: 0.74, y: 0.72, size: 0.36, turn: 0.05 },
      { label: 'guitar', x: 0.45, y: 0.48, size: 0.84, turn: -0.1 },
    ],
  },
  {
    file: 'fire-engine.jpg',
    label: 'fire engine',
    width: 640,
    height: 440,
    seed: 97,
    colours: ['#fdf1dc', '#bcd3dc', '#7f9bb0'],
    angle: DOWN - 0.4,
    things: [
      { label: 'pine tree', x: 0.83, y: 0.42, size: 0.3 },
      { label: 'fire engine', x: 0.49, y: 0.52, size: 0.82, turn: 0.02 },
    ],
  },
  {
    file: 'strawberry-and-lemon.jpg',
    label: 'strawberry',
    width: 520,
    height: 520,
    seed: 101,
    colours: ['#fff1e0', '#f5cfd0', '#b9d3c2'],
    angle: 0.8,
    things: [
      { label: 'lemon', x: 0.8, y: 0.78, size: 0.3, turn: -0.2 },
      { label: 'strawberry', x: 0.4, y: 0.44, size: 0.68, turn: 0.1 },
    ],
  },
  {
    file: 'octopus.jpg',
    label: 'octopus',
    width: 600,
    height: 480,
    seed: 113,
    colours: ['#8fdde0', '#2f8fb5', '#173f7a'],
    angle: DOWN + 0.2,
    things: [
      { label: 'fish', x: 0.16, y: 0.24, size: 0.2, turn: 0.1, mirror: true, afloat: true },
      { label: 'fish', x: 0.83, y: 0.76, size: 0.16, turn: -0.15, afloat: true },
      { label: 'octopus', x: 0.5, y: 0.52, size: 0.78, turn: 0.1, afloat: true },
    ],
  },
  {
    file: 'teapot-transparent.png',
    label: 'teapot',
    width: 480,
    height: 400,
    seed: 127,
    colours: null,
    things: [{ label: 'teapot', x: 0.5, y: 0.5, size: 0.84, turn: 0.04 }],
  },
];
