import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';
import type { ModelEntry } from '../../renderer/shell/shell.ts';
import { DEMO_PATH } from '../protocol/assets.ts';
import { incomplete } from './incomplete.ts';

export const DEMO_ID = 'cvt-demo';
const WEIGHTS = 'cvt-demo.safetensors';
const labelsSchema = z.array(z.string().min(1)).min(1);

/**
 * The model that the app ships with.
 * @param demo the folder models/demo
 * @throws ShellError `app-incomplete`
 */
export async function readDemo(demo: string): Promise<ModelEntry> {
  try {
    const [weights, labels, spec] = await Promise.all([
      stat(join(demo, WEIGHTS)),
      readFile(join(demo, 'labels.json'), 'utf8'),
      readFile(join(demo, 'spec.json'), 'utf8'),
    ]);
    return {
      id: DEMO_ID,
      title: 'CvT demo',
      note: 'A small CvT that knows 100 everyday objects from drawings. It is for drawings, not for photographs.',
      weightsUrl: DEMO_PATH + WEIGHTS,
      weightsSize: weights.size,
      spec: toOfficialSpec(parseSpecText(spec, join(demo, 'spec.json'))),
      activation: 'quick_gelu',
      preprocessing: cropSquare(224),
      labels: labelsSchema.parse(JSON.parse(labels)),
    };
  } catch (cause) {
    throw incomplete(demo, cause);
  }
}
