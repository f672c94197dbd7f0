import { buildCvtGraph } from '../../../models/onnx/build-cvt-graph.ts';
import { alternate, ratio } from '../compare.ts';
import { matrixProducts, noise, productGraph } from '../graphs/product-floor.ts';
import type { BenchLine } from '../line.ts';
import { ourSession, picture, SHAPE, SIZE } from '../our-network.ts';
import { createSession, formulaModel, runOnce, setThreads } from '../wasm.ts';

/** What WASM costs: our predictions against onnxruntime's native build on the exported model, and against the matrix products alone. */
export const line: BenchLine = {
  title: 'Against native and against the matrix products alone, cvt-13 at 224, fp32',
  settings: ['1 thread', '2 threads'],
  fullOnly: ['2 threads'],
  async measure({ setting, rounds }) {
    const threads = Number.parseInt(setting, 10);
    setThreads(threads);
    const model = await formulaModel('cvt-13');
    const { checkpoint } = model;
    const exported = await buildCvtGraph(checkpoint, {
      height: SIZE.rows,
      width: SIZE.cols,
      batch: 1,
      outputs: {},
      placement: { kind: 'embedded' },
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of exported.message.writeTo()) pieces.push(piece);
    const exportedBytes = Buffer.concat(pieces);
    const products = productGraph(matrixProducts(checkpoint.spec, checkpoint.numClasses, SIZE));
    // The two packages would answer to the same name.
    const native = await import('onnxruntime-node');
    const { Tensor } = await import('onnxruntime-web');
    const nativeSession = await native.InferenceSession.create(exportedBytes, { intraOpNumThreads: threads });
    const session = await ourSession(model, { cpuThreads: threads });
    const exportedSession = await createSession(exportedBytes, null);
    const productSession = await createSession(products.model, null, { graphOptimizationLevel: 'disabled' });
    const input = picture();
    const feeds = Object.fromEntries(
      [...products.inputs].map(([name, shape], index) => [
        name,
        new Tensor(
          'float32',
          noise(
            shape.reduce((product, length) => product * length, 1),
            index,
          ),
          shape,
        ),
      ]),
    );
    const sides = [
      { label: 'ours', run: () => runOnce(session, input, SHAPE) },
      { label: 'exported', run: () => runOnce(exportedSession, input, SHAPE) },
      {
        label: 'native',
        run: () => nativeSession.run({ pixel_values: new native.Tensor('float32', input, SHAPE) }),
      },
      { label: 'products', run: () => productSession.run(feeds) },
    ];
    const times = await alternate(sides, rounds);
    const side = (index: number) => ({ label: sides[index]!.label, times: times[index]! });
    return [
      ratio({ name: 'the exported model, WASM against native' }, side(1), side(2)),
      ratio({ name: 'predictions as the app runs them, against native' }, side(0), side(2)),
      ratio(
        {
          name: 'predictions, against their matrix products alone',
          bound: { side: 'at-most', value: 1.35, kind: 'target' },
          note: `${products.inputs.size} shapes of attention and all linear layers and embeddings as plain MatMul`,
        },
        side(0),
        side(3),
      ),
    ];
  },
};
