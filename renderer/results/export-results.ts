import { csvField } from '../../models/evaluation/csv.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import type { PictureRow } from './picture-filter.ts';
import { KEPT_CLASSES } from './picture-result.ts';

const RANKS = Array.from({ length: KEPT_CLASSES }, (_, at) => at + 1);

const COLUMNS: readonly string[] = [
  'path',
  'state',
  'error',
  'model',
  'model title',
  'input',
  'resize',
  'precision',
  ...RANKS.flatMap((rank) => [`top${rank} class`, `top${rank} label`, `top${rank} probability`]),
  'entropy bits',
  'classes',
  'time',
];

/**
 * The rows as RFC 4180 has them: one line a picture and model, the model in question before the others that were run on it. Failed
 * pictures are lines too, with their reasons; what was not run has no answer in its line.
 */
export function resultsCsv(rows: readonly PictureRow[]): string {
  const lines = rows.flatMap((row) => {
    const results = [row.result, ...row.others].filter((result) => result !== null);
    const start = [row.path, row.state, row.error?.message ?? ''];
    if (results.length === 0) return [[...start, ...COLUMNS.slice(start.length).map(() => '')]];
    return results.map(({ modelId, modelTitle, preprocessing, precision, top, entropy, classCount, at }) => [
      ...start,
      modelId,
      modelTitle,
      `${preprocessing.width}×${preprocessing.height}`,
      resizeText(preprocessing),
      precision,
      ...RANKS.flatMap((rank) => {
        const each = top[rank - 1];
        return each ? [each.index, each.label, each.probability] : ['', '', ''];
      }),
      entropy,
      classCount,
      new Date(at).toISOString(),
    ]);
  });
  return [COLUMNS, ...lines].map((cells) => `${cells.map(csvField).join(',')}\r\n`).join('');
}

/** The same in the app's own words, numbers unrounded. */
export function resultsJson(rows: readonly PictureRow[]): string {
  const pictures = rows.map(({ path, state, error, result, others }) => ({
    path,
    state,
    error: error && { code: error.code, message: error.message },
    results: [result, ...others]
      .filter((each) => each !== null)
      .map(({ modelId, modelTitle, preprocessing, precision, top, entropy, classCount, at }) => ({
        model: { id: modelId, title: modelTitle },
        preprocessing,
        precision,
        top: top.map(({ index, label, probability }) => ({ class: index, label, probability })),
        entropyBits: entropy,
        classes: classCount,
        time: new Date(at).toISOString(),
      })),
  }));
  return `${JSON.stringify({ format: 'cvt-lens-results', version: 1, pictures }, null, 2)}\n`;
}

function resizeText({ resize }: Preprocessing): string {
  if (resize.mode === 'stretch') return 'stretch';
  const { to, crop } = resize;
  return crop ? `shorter side ${to}, crop at ${crop.x} ${crop.y}` : `shorter side ${to}, centre crop`;
}
