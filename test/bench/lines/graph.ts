import { compare } from '../compare.ts';
import { buildPlainGraph } from '../graphs/plain-graph.ts';
import type { BenchLine } from '../line.ts';
import { ourSession, picture, SHAPE, SIZE } from '../our-network.ts';
import { createSession, formulaModel, runOnce, setThreads } from '../wasm.ts';

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
    const model = await formulaModel('cvt-13');
    const input = picture();
    const plain = await createSession(await buildPlainGraph(model.checkpoint, SIZE), null);
    const predictions = await ourSession(model, { cpuThreads });
    const attention = await ourSession(model, { cpuThreads, outputs: { received: true, taps: true } });
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
