import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findAppRoot } from '../../electron/app-root.ts';
import { readImagenetLabels } from '../../electron/imagenet-labels.ts';
import { CATALOG, catalogEntry } from '../../models/catalog.ts';
import { expectedTensors } from '../../models/cvt/expected-tensors.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { SparseSource } from '../formats/sources.ts';
import { type BuiltProgram, buildProgram } from '../hub/child.ts';
import { bytesContent, paddedContent } from '../hub/contents.ts';
import { TestHub } from '../hub/hub-server.ts';
import { huggingFaceCheckpoint, huggingFaceName, withHeader } from '../hub/hugging-face-checkpoint.ts';
import { filesBelow } from '../hub/library-on-hub.ts';
import { formulaInput } from './formula-weights.ts';
import { maxDifference, readGolden } from './golden-case.ts';

let hub: TestHub;
let cvt: BuiltProgram;
let root: string;
beforeAll(async () => {
  hub = await TestHub.start();
  cvt = await buildProgram('electron/cli.ts');
  root = await mkdtemp(join(tmpdir(), 'cvt-pull-'));
});
afterAll(async () => {
  await hub?.stop();
  await cvt?.remove();
  await rm(root, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(root, 'home-'));
});

const surroundings = () => ({
  CVT_LENS_HOME: home,
  HF_HOME: join(home, 'huggingface'),
  HF_HUB_CACHE: '',
  HF_ENDPOINT: hub.endpoint,
  HF_TOKEN: '',
  NO_PROXY: '127.0.0.1',
});

async function run(...words: string[]): Promise<Ended> {
  const program = cvt.start(words, surroundings());
  const code = await program.ended;
  return { code, ...program.printed };
}

const first = catalogEntry('cvt-13-224-1k')!;

describe('cvt pull, models, remove', () => {
  let seed: number;
  beforeAll(async () => {
    ({ seed } = await readGolden('cvt-13-224'));
    hub.put(
      first.file.repository,
      first.file.path,
      bytesContent(huggingFaceCheckpoint(first.spec, first.numClasses, seed)),
    );
  });

  test('cvt-13-224-1k from a hub ends with a usable model', async () => {
    const pulled = await run('pull', first.id);
    expect(pulled).toMatchObject({ code: 0, stderr: expect.stringContaining('checked and ready') });
    const path = pulled.stdout.trim();
    expect(path).toBe(join(home, 'weights', 'models', first.id, 'model.safetensors'));

    const listed = JSON.parse((await run('models', '--json')).stdout) as { id: string; state: object }[];
    expect(listed.map(({ id }) => id)).toEqual(CATALOG.map(({ id }) => id));
    expect(listed[0]).toMatchObject({
      id: first.id,
      size: (await readFile(path)).length,
      state: { kind: 'installed', checkedAgainst: 'hub', path },
    });

    const sample = join(findAppRoot(), 'assets', 'samples', 'parrot.jpg');
    const [byId, byFile] = await Promise.all([
      run('classify', sample, '--checkpoint', first.id, '--json'),
      run('classify', sample, '--checkpoint', path, '--size', '224', '--json'),
    ]);
    expect(byId).toMatchObject({ code: 0, stderr: '' });
    const answer = (ended: Ended) => (JSON.parse(ended.stdout) as { model: string; top: { label: string }[] }[])[0]!;
    expect(answer(byId).model).toBe(first.id);
    expect(answer(byId).top).toEqual(answer(byFile).top);
    const labels = await readImagenetLabels(findAppRoot());
    for (const { label } of answer(byId).top) expect(labels).toContain(label);

    // Exported from the library, it gives the reference implementation's logits.
    const out = join(home, 'cvt-13.onnx');
    expect(await run('export', first.id, '--out', out)).toMatchObject({ code: 0 });
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const golden = await readGolden('cvt-13-224');
    const session = await InferenceSession.create(out);
    const shape = [1, 3, 224, 224] as const;
    const { logits } = await session.run({ pixel_values: new Tensor('float32', formulaInput(shape, seed), shape) });
    await session.release();
    expect(maxDifference(logits!.data as Float32Array, golden.expected.get('logits')!.data)).toBeLessThanOrEqual(1e-4);

    expect(await run('remove', first.id)).toMatchObject({ code: 0, stderr: expect.stringMatching(/80\.\d MB freed/) });
    expect(await filesBelow(join(home, 'weights'))).toEqual({});
    expect(await run('classify', sample, '--checkpoint', first.id)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/error\[not-installed\].*cvt pull cvt-13-224-1k/),
    });
  });

  test.skipIf(process.platform === 'win32')('Ctrl-C pauses and says how to go on', async () => {
    hub.fail('cdn', { kind: 'slow', chunk: 1 << 16, pauseMs: 10 });
    const program = cvt.start(['pull', first.id], surroundings());
    await program.says(' MB of 80');
    program.process.kill('SIGINT');
    expect(await program.ended).toBe(130);
    expect(program.printed.stderr).toMatch(/paused at [\d.]+ MB of 80\.\d MB\. Go on with: cvt pull cvt-13-224-1k\n$/);
    expect((await run('models')).stdout).toMatch(/^cvt-13-224-1k .* paused, /m);
    const before = hub.asked('cdn').length;
    expect(await run('pull', first.id)).toMatchObject({ code: 0 });
    expect(hub.asked('cdn')[before]?.range).toMatch(/^bytes=[1-9]/);
  });

  test.each([
    ['a name that is none', ['pull', 'nonsense'], 'unknown-model'],
    ['a repository that is not there', ['pull', 'no/such'], 'not-found'],
    ['nothing', ['pull'], 'usage'],
    ['a model that is not here', ['remove', first.id], 'not-installed'],
    ['a repository that was not pulled', ['export', 'some/cvt', '--out', 'x.onnx'], 'not-installed'],
  ])('%s is refused', async (_, words, code) => {
    expect(await run(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(`error[${code}]`) });
  });
});

describe('CvT-W24, 1.1 GB', () => {
  const w24 = catalogEntry('cvt-w24-384-22k')!;
  const BYTES_PER_FLOAT = 4;
  /** The header of the real thing, under Hugging Face's names, and the size that it stands for. */
  function headOfW24(): { head: Uint8Array; size: number } {
    let offset = 0;
    const header: Record<string, object> = {};
    for (const [name, shape] of expectedTensors(w24.spec, w24.numClasses)) {
      const end = offset + shape.reduce((product, size) => product * size, BYTES_PER_FLOAT);
      header[huggingFaceName(name)] = { dtype: 'F32', shape, data_offsets: [offset, end] };
      offset = end;
    }
    const head = withHeader(header, new Uint8Array(0));
    return { head, size: head.length + offset };
  }

  test('streams in with less than 300 MB of memory', async () => {
    const { head, size } = headOfW24();
    expect(size).toBeGreaterThan(1.1e9);
    hub.put(w24.file.repository, w24.file.path, paddedContent(head, size));
    const program = await buildProgram('test/hub/pull-program.ts');
    try {
      const child = program.start([join(home, 'weights'), hub.endpoint, w24.id]);
      expect(await child.ended).toBe(0);
      const { peak } = JSON.parse(child.printed.stdout.trim().split('\n').at(-1)!) as { peak: number };
      expect(peak).toBeLessThan(300e6);
      expect((await filesBelow(join(home, 'weights')))[`models/${w24.id}/${w24.file.path}`]).toBe(size);
    } finally {
      await program.remove();
      await rm(home, { recursive: true, force: true });
    }
  });

  test('is indexed by reading less than 2 MB of it', async () => {
    const { head, size } = headOfW24();
    const source = new SparseSource('w24.safetensors', size, [{ offset: 0, bytes: head }]);
    const checkpoint = await openCvt(source, { spec: null, activation: null });
    expect(checkpoint).toMatchObject({ variant: 'cvt-w24', numClasses: 1000 });
    expect(source.bytesRead).toBeLessThan(2e6);
  });
});
