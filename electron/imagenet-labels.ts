import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The classes of ImageNet-1k, which every published CvT has. */
export const IMAGENET_CLASSES = 1000;

const labelsSchema = z.array(z.string()).length(IMAGENET_CLASSES);

/** Their names in index order. @param root of the app */
export async function readImagenetLabels(root: string): Promise<readonly string[]> {
  return labelsSchema.parse(JSON.parse(await readFile(join(root, 'assets', 'imagenet1k-labels.json'), 'utf8')));
}
