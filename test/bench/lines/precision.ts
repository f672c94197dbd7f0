import { MemorySource } from '../../../models/bytes/byte-source.ts';
import { gather } from '../../../models/bytes/gather.ts';
import { convertedFile, openConverted } from '../../../models/precision/convert.ts';
import type { ConvertedPrecision, Precision } from '../../../models/precision/precision.ts';
import { compare, figure } from '../compare.ts';
import type { BenchLine } from '../line.ts';
import { ourSession, picture, SHAPE } from '../our-network.ts';
import { type BenchCheckpoint, formulaModel, runOnce, setThreads } from '../wasm.ts';

/**
 * Our graphs in 8 bits against the same graphs in float32. How often they agree is a test's to say
 * (test/golden/int8-agreement.test.ts), since it does not depend on the machine.
 */
export const line: BenchLine = {
  title: 'Precision, cvt-13 at 224: int8 against fp32 on WASM, and what weights take',
  settings: ['1 thread', '2 threads'],
  fullOnly: ['2 threads'],
  async measure({ setting, rounds }) {
    const cpuThreads = Number.parseInt(setting, 10);
    setThreads(cpuThreads);
    const original = await formulaModel('cvt-13');
    const started = performance.now();
    const int8 = await converted(original, 'int8');
    const converting = performance.now() - started;
    const fp16 = await converted(original, 'fp16');
    const input = picture();
    const side = async (model: BenchCheckpoint, precision: Precision, outputs: object) => {
      const session = await ourSession(model, { cpuThreads, outputs, precision });
      return { label: precision, run: () => runOnce(session, input, SHAPE) };
    };
    const share = ({ bytes }: BenchCheckpoint) => bytes.byteLength / original.bytes.byteLength;
    const taps = { received: true, taps: true };
    return [
      await compare(
        { name: 'predictions alone', bound: { side: 'at-most', value: 0.72, kind: 'target' } },
        await side(int8, 'int8', {}),
        await side(original, 'fp32', {}),
        rounds,
      ),
      await compare(
        { name: 'with attention taps', bound: { side: 'at-most', value: 0.72, kind: 'target' } },
        await side(int8, 'int8', taps),
        await side(original, 'fp32', taps),
        rounds,
      ),
      figure({ name: 'int8 weights, of the file', note: 'the head, norms and convolutions stay float32' }, '', [
        share(int8),
      ]),
      figure({ name: 'fp16 weights, of the file', bound: { side: 'at-most', value: 0.53, kind: 'target' } }, '', [
        share(fp16),
      ]),
      figure({ name: 'converting to int8', note: 'once a model; kept after that' }, 'ms', [converting]),
    ];
  },
};

async function converted({ checkpoint }: BenchCheckpoint, precision: ConvertedPrecision): Promise<BenchCheckpoint> {
  const bytes = await gather(convertedFile(checkpoint, precision).write());
  return { checkpoint: await openConverted(new MemorySource('converted', bytes), checkpoint, precision), bytes };
}
