import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readImagenetLabels } from '../../../electron/imagenet-labels.ts';
import { Imports } from '../../../electron/weights/imports.ts';
import { openLibrary } from '../../../electron/weights/open-library.ts';
import { VARIANTS, type VariantName } from '../../../models/cvt/variants.ts';
import { formulaCheckpoint } from '../../golden/formula-checkpoint.ts';

/** A model of formula weights in the library of `home`, used where it lies. @returns its id */
export async function addFormulaModel(root: string, home: string, variant: VariantName, side: number): Promise<string> {
  const path = formulaFile(variant);
  const { library, close } = await openLibrary({ env: { ...process.env, CVT_LENS_HOME: home } });
  const imports = new Imports({ library, imagenetLabels: () => readImagenetLabels(root) });
  try {
    const proposal = await imports.inspect([{ name: basename(path), path }], false);
    return await imports.confirm(proposal.id, {
      title: `${variant} at ${side}`,
      size: { rows: side, cols: side },
      activation: proposal.activation,
      labels: 'imagenet',
      place: 'reference',
    });
  } finally {
    await imports.close();
    await close();
  }
}

/** A gigabyte for W24, so one file for all benches on this machine. */
function formulaFile(variant: VariantName): string {
  const folder = join(tmpdir(), 'cvt-lens-bench');
  const path = join(folder, `${variant}-formula-1.safetensors`);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const part = `${path}.${process.pid}`;
    writeFileSync(part, formulaCheckpoint(VARIANTS[variant], 1000, 1));
    renameSync(part, path);
  }
  return path;
}
