import { basename } from 'node:path';
import type { AttentionMap } from '../../models/attention/attention-map.ts';
import { stageGeometries } from '../../models/attention/geometry.ts';
import type { StudyWatch } from '../../models/attention/run-studies.ts';
import { writeNpy } from '../../models/bytes/npy.ts';
import { stageGrids } from '../../models/cvt/grids.ts';
import { type FigureFacts, figureCaption } from '../../models/drawing/figure-caption.ts';
import { figureSvg } from '../../models/drawing/figure-svg.ts';
import { geometryOf } from '../../models/drawing/map-raster.ts';
import { type MapScale, mapScale } from '../../models/drawing/map-scale.ts';
import { mapValue } from '../../models/drawing/numbers.ts';
import { normalise, type Pixels, preprocess } from '../../models/image/preprocess.ts';
import { precisionWords } from '../../models/precision/precision.ts';
import { softmax } from '../../models/predictions.ts';
import { findAppRoot } from '../app-root.ts';
import { decodeImage } from '../decode-image.ts';
import { IMAGENET_CLASSES, readImagenetClasses } from '../imagenet-labels.ts';
import { readPicture } from '../inference/picture-input.ts';
import { loadForStudy, type StudyModel } from '../inference/study-model.ts';
import { encodePng, figurePng, pictureUrl } from './attention-files.ts';
import {
  type AttentionChoice,
  chooseAttention,
  findClass,
  outputKind,
  parseAttentionWords,
  parseColors,
  parseScale,
  type StageFacts,
} from './attention-options.ts';
import { type Studied, type ViewedMap, viewAttention } from './attention-view.ts';
import { chosenParts } from './choose-model.ts';
import { type Command, callerPath, parseWords, remark, usageError } from './command.ts';
import { refuseExisting, writeOutput } from './output-file.ts';
import { StatusLine } from './status-line.ts';

/** How strongly a map lies over its picture. */
const OPACITY = 0.7;
const QUIET_MS = 2_000;

/** `cvt attention`: one map of one picture, as a figure or as its numbers. */
export const attention: Command = async (words, signal) => {
  const { values, positionals } = parseWords(words, {
    checkpoint: { type: 'string' },
    spec: { type: 'string' },
    activation: { type: 'string' },
    size: { type: 'string' },
    precision: { type: 'string' },
    view: { type: 'string' },
    stage: { type: 'string' },
    block: { type: 'string' },
    head: { type: 'string' },
    query: { type: 'string' },
    class: { type: 'string' },
    contrast: { type: 'string' },
    colors: { type: 'string' },
    smooth: { type: 'boolean', default: false },
    'no-picture': { type: 'boolean', default: false },
    'no-caption': { type: 'boolean', default: false },
    scale: { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean', default: false },
  });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw usageError('attention takes one picture.');
  if (values.out === undefined) throw usageError('attention needs --out FILE.png, FILE.svg or FILE.npy.');
  const asked = parseAttentionWords(values);
  const kind = outputKind(values.out);
  const scale = parseScale(values.scale);
  const colorMap = parseColors(values.colors, asked.view === 'attribution');
  const out = callerPath(values.out);
  if (!values.force) await refuseExisting(out);

  const pixels = await decodeImage(basename(file), await readPicture(callerPath(file), file));
  const { path, parts } = await chosenParts(values, { signal });
  const model = await loadForStudy(path, parts);
  try {
    const { rows, cols } = { rows: model.preprocessing.height, cols: model.preprocessing.width };
    const { spec } = model.checkpoint;
    const stages: readonly StageFacts[] = stageGrids(spec, rows, cols).map((grids, index) => ({
      grids,
      heads: spec.stages[index]!.numHeads,
      depth: spec.stages[index]!.depth,
    }));
    const choice = chooseAttention(asked, stages);
    const names = await classNames(model);
    const named = [asked.className, asked.contrast].filter((word) => word !== null);
    const found = named.map((word) => findClass(word, names, model.checkpoint.numClasses));

    const { rgb, window } = preprocess(pixels, model.preprocessing);
    const picture = await model.study(normalise(rgb, model.preprocessing));
    const studied: Studied = { picture, stages, window, geometry: stageGeometries(spec, rows, cols) };
    const classes = choice.view === 'attribution' ? targets(asked.className !== null, found, picture.logits) : [];
    const viewed = await viewAttention(studied, choice, classes, watched(model.id, signal));

    const range = mapScale(viewed.map, 'zero', [viewed.map]);
    const facts: FigureFacts = {
      picture: basename(file),
      model: model.precision === 'fp32' ? model.id : `${model.id} in ${precisionWords(model.precision)}`,
      input: { rows, cols },
      stages,
      classes: {
        name: (index) => names[index]?.[0] ?? `class ${index}`,
        logits: picture.logits,
        probabilities: softmax(picture.logits),
      },
      explained: null,
    };
    const drawing = {
      scale: range,
      colorMap,
      interpolation: values.smooth ? 'smooth' : 'tiles',
      opacity: OPACITY,
      fadeLow: true,
      components: null,
      caption: values['no-caption'] ? null : figureCaption(viewed.map, facts),
      bar: !values['no-caption'],
      density: scale,
      pins: [],
    } as const;
    const bytes =
      kind === '.npy'
        ? writeNpy(viewed.map.cells, [viewed.map.grid.rows, viewed.map.grid.cols])
        : await draw(studied, viewed, drawing, values['no-picture'] ? null : pixels, kind === '.png');
    await writeOutput(out, [bytes], signal);
    remark(`${out}: ${summary(viewed.map, range, choice, facts)}\n`);
  } finally {
    await model.close();
  }
  return true;
};

/** Long studies say how far they are; a second's work says nothing. */
function watched(name: string, signal: AbortSignal): StudyWatch {
  const screen = new StatusLine(name);
  const started = performance.now();
  return {
    signal,
    onStep: (done, total) => {
      if (performance.now() - started < QUIET_MS) return;
      screen.show(`reading the attention, block ${done + 1} of ${total}`, 'studying');
      if (done === total - 1) screen.end(null);
    },
  };
}

type Drawing = Omit<Parameters<typeof figureSvg>[0], 'map' | 'marked' | 'place' | 'picture'>;

async function draw(
  { geometry, window }: Studied,
  { map, marked }: ViewedMap,
  drawing: Drawing,
  pixels: Pixels | null,
  asPng: boolean,
): Promise<Uint8Array> {
  const picture = pixels && (await pictureUrl(pixels, drawing.density));
  const place = { geometry: geometryOf(map, geometry), window };
  const figure = await figureSvg({ ...drawing, map, marked, place, picture }, encodePng);
  return asPng ? figurePng(figure, drawing.density) : new TextEncoder().encode(figure.svg);
}

/** The class that was named or the likeliest, and what it is held against. */
function targets(isNamed: boolean, found: readonly number[], logits: Float32Array): readonly number[] {
  const classes = isNamed ? found : [logits.indexOf(Math.max(...logits)), ...found];
  if (classes[0] === classes[1]) throw usageError('--contrast is another class than the one that is explained.');
  return classes;
}

/** All names of every class, the one that is shown first. */
async function classNames({ labels, checkpoint }: StudyModel): Promise<readonly (readonly string[])[]> {
  const own = labels.map((label) => [label]);
  if (checkpoint.numClasses !== IMAGENET_CLASSES || labels.length !== IMAGENET_CLASSES) return own;
  const imagenet = await readImagenetClasses(findAppRoot());
  // Another thousand classes may have other names.
  return own.map(([label], index) => {
    const { names } = imagenet[index]!;
    return names[0] === label ? names : [label!];
  });
}

/** One line: what was written, its range, and what of the map has no place in the array. */
function summary(map: AttentionMap, scale: MapScale, { view }: AttentionChoice, facts: FigureFacts): string {
  const { title, lines } = figureCaption(map, facts);
  const unit = view === 'attribution' ? 'logit' : scale.unit;
  const cells = `${map.grid.rows} rows of ${map.grid.cols} cells`;
  return [title, ...lines.slice(0, -1), `${cells}, largest ${mapValue(scale.max)} ${unit}`].join('; ');
}
