import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { type Activation, type CvtSpec, parseSpec } from '../../models/cvt/spec.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';

/** The cases in this folder. Small ones hold whole attention matrices, large ones three rows of them. */
export const TINY_CASES = ['tiny', 'tiny-rect', 'tiny-avg', 'tiny-meanpool', 'tiny-options', 'tiny-gelu'] as const;
export const LARGE_CASES = ['cvt-13-224', 'cvt-13-384', 'cvt-21-224', 'cvt-w24-384'] as const;
export type GoldenName = (typeof TINY_CASES)[number] | (typeof LARGE_CASES)[number];

export interface GoldenCase {
  readonly spec: CvtSpec;
  readonly seed: number;
  readonly numClasses: number;
  readonly height: number;
  readonly width: number;
  readonly batch: number;
  readonly parameters: number;
  readonly activation: Activation;
  /** By the names in the golden README. */
  readonly expected: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

const json = z.string().transform((text) => JSON.parse(text) as unknown);
const whole = json.pipe(z.int().min(0));
const metadataSchema = z.object({
  spec: json,
  seed: whole,
  num_classes: whole,
  height: whole,
  width: whole,
  batch: whole,
  params: whole,
});

export async function readGolden(name: GoldenName): Promise<GoldenCase> {
  const file = `${name}.safetensors`;
  const source = new MemorySource(file, await readFile(new URL(file, import.meta.url)));
  const index = await openCheckpoint(source);
  const metadata = metadataSchema.parse(index.metadata);
  const expected = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [key, entry] of index.tensors)
    expected.set(key, { shape: entry.shape, data: await readTensor(source, entry) });
  return {
    spec: parseSpec(metadata.spec, file),
    seed: metadata.seed,
    numClasses: metadata.num_classes,
    height: metadata.height,
    width: metadata.width,
    batch: metadata.batch,
    parameters: metadata.params,
    activation: name === 'tiny-gelu' ? 'gelu' : 'quick_gelu',
    expected,
  };
}

/** The largest absolute difference; infinite where lengths differ or a number is not finite. */
export function maxDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < actual.length; index++) {
    const difference = Math.abs(actual[index]! - expected[index]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
