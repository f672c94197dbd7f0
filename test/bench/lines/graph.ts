import { buildCvtGraph } from '../../../models/onnx/build-cvt-graph.ts';
import { cpuSessionOptions } from '../../../models/onnx/session-options.ts';
import { formulaInput } from '../../golden/formula-weights.ts';
import { compare } from '../compare.ts';
import { buildPlainGraph } from '../graphs/plain-graph.ts';
import type { BenchLine } from '../line.ts';
import { CHECKPOINT_PATH, createSession, formulaModel, runOnce, setThreads } from '../wasm.ts';

const SIZE = { rows: 224, cols: 224 };
const SHAPE = [1, 3, SIZE.rows, SIZE.cols] as const;

/**
 * Our graphs against the plain transcription of the official forward pass, same runtime, one picture. Each with the options that
 * suit it: ours with the app's, the other with the runtime's own, all of its optimiser's passes among them.
 */
export const line: BenchLine = {
  title: 'Graph against the plain transcription, cvt-13 at 224, WASM fp32',
  settings: ['1 thread', '2 threads'],
  async measure({ setting, rounds }) {
    const cpuThreads = Number.parseInt(setting, 10);
    setThreads(cpuThreads);
    const { checkpoint, bytes } = await formulaModel('cvt-13');
    const input = formulaInput(SHAPE, 1);
    const session = async (outputs: object) => {
      const graph = await buildCvtGraph(checkpoint, {
        height: SIZE.rows,
        width: SIZE.cols,
        batch: 1,
        outputs,
        cpuThreads,
        placement: { kind: 'external', path: CHECKPOINT_PATH },
      });
      return createSession(graph.message.toBytes(), bytes, cpuSessionOptions(bytes.byteLength, 'fp32'));
    };
    const plain = await createSession(await buildPlainGraph(checkpoint, SIZE), null);
    const predictions = await session({});
    const attention = await session({ received: true, taps: true });
    const run = (label: string, of: typeof plain) => ({
      label,
      run: () => runOnce(of, input, SHAPE),
    });
    return [
      await compare(
        { name: 'predictions alone', bound: { side: 'at-most', value: 0.87, kind: 'bar' } },
        run('ours', predictions),
        run('plain', plain),
        rounds,
      ),
      await compare(
        { name: 'with attention taps', bound: { side: 'at-most', value: 0.95, kind: 'bar' } },
        run('ours', attention),
        run('plain', plain),
        rounds,
      ),
    ];
  },
};
