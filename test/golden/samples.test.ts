import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import samples from '../../assets/samples/samples.json' with { type: 'json' };
import { decodeImage } from '../../electron/decode-image.ts';
import { createNodeSession, EXTERNAL_PATH, type NodeSession } from '../../electron/inference/node-session.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { parseSpecText } from '../../models/cvt/spec.ts';
import labels from '../../models/demo/labels.json' with { type: 'json' };
import { normalise, preprocess } from '../../models/image/preprocess.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';

const DEMO = new URL('../../models/demo/', import.meta.url);
const SAMPLES = new URL('../../assets/samples/', import.meta.url);
const SIZE = 224;

/** A sample whose object is barely first would lose it to the next decoder's rounding. */
const LEAST_MARGIN = 0.2;

describe('the demo checkpoint on the samples', () => {
  let session: NodeSession;

  beforeAll(async () => {
    const bytes = readFileSync(new URL('cvt-demo.safetensors', DEMO));
    const spec = parseSpecText(readFileSync(new URL('spec.json', DEMO), 'utf8'), 'spec.json');
    const checkpoint = await openCvt(new MemorySource('cvt-demo.safetensors', bytes), { spec, activation: null });
    const placement = { kind: 'external', path: EXTERNAL_PATH } as const;
    const graph = await buildCvtGraph(checkpoint, { height: SIZE, width: SIZE, batch: 1, outputs: {}, placement });
    session = await createNodeSession(graph, bytes);
  });
  afterAll(() => session.close());

  test.each(samples)('$file shows a $label', async ({ file, label }) => {
    const preprocessing = cropSquare(SIZE);
    const pixels = await decodeImage(file, readFileSync(new URL(file, SAMPLES)));
    const input = normalise(preprocess(pixels, preprocessing).rgb, preprocessing);
    const logits = (await session.run(input, [1, 3, SIZE, SIZE])).get('logits')!;
    const largest = Math.max(...logits);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
    const ranked = [...logits]
      .map((logit, index) => ({ label: labels[index], probability: Math.exp(logit - largest) / total }))
      .sort((a, b) => b.probability - a.probability);
    expect(ranked[0]!.label).toBe(label);
    expect(ranked[0]!.probability - ranked[1]!.probability).toBeGreaterThan(LEAST_MARGIN);
  });
});
