import { access } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadModel } from '../../electron/inference/load-model.ts';
import type { Activation } from '../../models/cvt/spec.ts';
import type { ImportPlace } from '../../renderer/shell/model-library.ts';
import { formulaInput } from '../golden/formula-weights.ts';
import { maxDifference, readGolden } from '../golden/golden-case.ts';
import { type ImportBench, openImportBench } from './imports-bench.ts';

const EXACT = 2e-5;

interface Row {
  readonly file: string;
  readonly beside?: string;
  readonly format: string;
  readonly naming: string;
  readonly proposed: Activation;
  readonly tolerance?: number;
  readonly needsCopy?: true;
}

const ROWS: readonly Row[] = [
  { file: 'official.safetensors', format: 'safetensors', naming: 'official', proposed: 'quick_gelu' },
  { file: 'official-zip.pth', format: 'pytorch', naming: 'official', proposed: 'quick_gelu' },
  { file: 'official-legacy.pth', format: 'pytorch', naming: 'official', proposed: 'quick_gelu' },
  { file: 'training-checkpoint.pth', format: 'pytorch', naming: 'official', proposed: 'quick_gelu' },
  { file: 'official-strided-views.pth', format: 'pytorch', naming: 'official', proposed: 'quick_gelu' },
  {
    file: 'official-half.pth',
    format: 'pytorch',
    naming: 'official',
    proposed: 'quick_gelu',
    tolerance: 5e-3,
    needsCopy: true,
  },
  {
    file: 'official-bfloat16.pth',
    format: 'pytorch',
    naming: 'official',
    proposed: 'quick_gelu',
    tolerance: 5e-2,
    needsCopy: true,
  },
  {
    file: 'hf-model.safetensors',
    beside: 'hf-config.json',
    format: 'safetensors',
    naming: 'huggingface',
    proposed: 'gelu',
  },
  {
    file: 'hf-pytorch_model.bin',
    beside: 'hf-config.json',
    format: 'pytorch',
    naming: 'huggingface',
    proposed: 'gelu',
  },
  {
    file: 'paddlevit-p2.pdparams',
    format: 'paddle',
    naming: 'paddlevit',
    proposed: 'quick_gelu',
    needsCopy: true,
  },
  { file: 'paddlevit-p4.pdparams', format: 'paddle', naming: 'paddlevit', proposed: 'quick_gelu' },
  { file: 'passl-p4.pdparams', format: 'paddle', naming: 'passl', proposed: 'quick_gelu' },
  { file: 'cvt-tensorflow.h5', format: 'keras', naming: 'keras', proposed: 'quick_gelu', needsCopy: true },
];

const CASES = ROWS.flatMap((row) =>
  (row.needsCopy ? (['copy'] as const) : (['copy', 'reference'] as const)).map((place) => ({ ...row, place })),
);

let bench: ImportBench;
beforeEach(async () => {
  bench = await openImportBench();
});
afterEach(() => bench.close());

/** The largest difference of an imported model's logits from the reference's. */
async function differenceOf(id: string, golden: 'tiny' | 'tiny-gelu'): Promise<number> {
  const { seed, height, width, batch, expected } = await readGolden(golden);
  const model = await bench.library.use(id, { signal: new AbortController().signal });
  const loaded = await loadModel(model.path, { ...model, signal: new AbortController().signal });
  try {
    const input = formulaInput([batch, 3, height, width], seed);
    const logits = expected.get('logits')!.data;
    const classes = logits.length / batch;
    const differences: number[] = [];
    for (let index = 0; index < batch; index++) {
      const picture = input.subarray((input.length / batch) * index, (input.length / batch) * (index + 1));
      const wanted = logits.subarray(classes * index, classes * (index + 1));
      differences.push(maxDifference(await loaded.logits(picture), wanted));
    }
    return Math.max(...differences);
  } finally {
    await loaded.close();
  }
}

async function bringIn(row: Row, place: ImportPlace, activation: Activation): Promise<string> {
  const { height, width } = await readGolden('tiny');
  const beside = await bench.fixture(row.beside ?? 'official-spec.json');
  const proposal = await bench.imports.inspect([await bench.fixture(row.file), beside], false);
  return bench.imports.confirm(proposal.id, {
    title: row.file,
    size: { rows: height, cols: width },
    activation,
    labels: 'index',
    place,
  });
}

describe.each(CASES)('$file, $place', (row) => {
  test('is proposed as what it is, and gives the logits of tiny once it is in the library', async () => {
    const beside = await bench.fixture(row.beside ?? 'official-spec.json');
    const proposal = await bench.imports.inspect([await bench.fixture(row.file), beside], false);
    const golden = await readGolden('tiny');
    expect(proposal).toMatchObject({
      files: { checkpoint: row.file, spec: beside.name, labels: null, ignored: [] },
      format: row.format,
      naming: row.naming,
      activation: row.proposed,
      needsCopy: row.needsCopy ?? false,
      places: row.needsCopy ? ['copy'] : ['reference', 'copy'],
      alreadyThere: null,
    });
    expect(proposal.facts).toMatchObject({
      spec: golden.spec,
      variant: null,
      numClasses: golden.numClasses,
      parameters: golden.parameters,
    });

    const id = await bringIn(row, row.place, 'quick_gelu');
    expect(await differenceOf(id, 'tiny')).toBeLessThanOrEqual(row.tolerance ?? EXACT);
    const { state } = await bench.library.entry(id);
    expect(state).toMatchObject({ kind: 'installed', place: row.place === 'reference' ? 'outside' : 'library' });

    await bench.library.remove(id);
    await access(`${bench.desk}/${row.file}`);
  });
});

test.each(ROWS.filter(({ naming }) => naming === 'huggingface'))('$file with GELU is tiny-gelu', async (row) => {
  expect(await differenceOf(await bringIn(row, 'copy', 'gelu'), 'tiny-gelu')).toBeLessThanOrEqual(EXACT);
});
