import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ClassName } from '../models/evaluation/class-list.ts';

/** The classes of ImageNet-1k, which every published CvT has. */
export const IMAGENET_CLASSES = 1000;

const classesSchema = z
  .array(z.strictObject({ wnid: z.string().regex(/^n\d{8}$/), names: z.array(z.string().min(1)).min(1) }))
  .length(IMAGENET_CLASSES);

/** The classes in index order, with WordNet ids and all their names. @param root of the app */
export async function readImagenetClasses(root: string): Promise<readonly ClassName[]> {
  return classesSchema.parse(JSON.parse(await readFile(join(root, 'assets', 'imagenet1k-classes.json'), 'utf8')));
}

/** The name of each class that is shown, in index order. @param root of the app */
export async function readImagenetLabels(root: string): Promise<readonly string[]> {
  return (await readImagenetClasses(root)).map(({ names }) => names[0]!);
}
