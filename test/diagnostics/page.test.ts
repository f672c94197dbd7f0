import { beforeEach, describe, expect, test, vi } from 'vitest';
import { adapterFacts, mayAskForAdapter } from '../../renderer/diagnostics/adapter-facts.ts';
import { type DiagnosticsParts, diagnosticsText } from '../../renderer/diagnostics/diagnostics-text.ts';
import { logEngine, logFaults } from '../../renderer/diagnostics/keep-log.ts';
import type { DeviceReport } from '../../renderer/engine/protocol.ts';
import { logEntrySchema } from '../../renderer/shell/diagnostics.ts';
import { noteFault, useFaults } from '../../renderer/stores/faults.ts';

const DEVICE = {
  preference: 'auto',
  provider: 'webgpu',
  adapter: 'Apple M3',
  threads: 4,
  fallbackReason: null,
  runtime: 'onnxruntime-web 1.30.0',
} as DeviceReport;

const PARTS: DiagnosticsParts = {
  versions: { app: '0.1.0', host: 'Electron 45.4.1' },
  browser: 'Chrome/156',
  page: [{ name: 'Isolated', value: 'yes' }],
  engine: { kind: 'ready', device: DEVICE },
  device: DEVICE,
  adapter: [{ name: 'Features', value: 'shader-f16' }],
  host: {
    facts: [{ name: 'System', value: 'linux 6.1' }],
    lines: [{ at: '2026-01-01T00:00:00.000Z', process: 'app 7', level: 'error', where: 'engine', text: 'it ended' }],
  },
  faults: [],
};

describe('the text', () => {
  test('says versions, machine, engine, adapter, errors and the log', () => {
    const text = diagnosticsText(PARTS);
    for (const part of [
      'CvT Lens 0.1.0, Electron 45.4.1',
      'System: linux 6.1',
      'Runs on: webgpu (Apple M3), wanted: auto',
      'Features: shader-f16',
      'Runtime: onnxruntime-web 1.30.0',
      '## Errors of this window\nnone',
      '2026-01-01T00:00:00.000Z app 7 error engine: it ended',
    ])
      expect(text).toContain(part);
  });

  test('holds no folder and no token, wherever one came in', () => {
    const text = diagnosticsText({
      ...PARTS,
      engine: {
        kind: 'failed',
        error: {
          name: 'EngineError',
          code: 'engine-fetch',
          message: '/home/ann/w.pth?: http://127.0.0.1:1/?token=abc',
        },
      },
      faults: [
        {
          id: 1,
          at: 0,
          where: 'the page',
          error: { name: 'E', code: 'c', message: 'C:\\Users\\ann\\cat.jpg' },
          stack: '',
        },
      ],
    });
    expect(text).toContain('cat.jpg');
    expect(text).toContain('[engine-fetch] w.pth');
    expect(text).not.toMatch(/ann|token=/);
  });

  test('says why the other side said nothing', () => {
    expect(diagnosticsText({ ...PARTS, host: { trouble: 'The server does not answer.' } })).toContain(
      'The app’s other side: The server does not answer.',
    );
  });
});

describe('the adapter', () => {
  const gpu = (requestAdapter: () => Promise<unknown>) => ({ requestAdapter }) as unknown as GPU;

  test('is named with its features and limits', async () => {
    const limits = Object.fromEntries(['maxBufferSize', 'maxStorageBufferBindingSize'].map((name) => [name, 7]));
    const facts = await adapterFacts(
      gpu(async () => ({
        info: { vendor: 'apple', architecture: 'm3', device: '', description: '', isFallbackAdapter: false },
        features: new Set(['timestamp-query', 'shader-f16']),
        limits,
      })),
    );
    expect(facts.slice(0, 2)).toEqual([
      { name: 'Adapter', value: 'apple · m3' },
      { name: 'Features', value: 'shader-f16, timestamp-query' },
    ]);
    expect(facts[2]?.value).toContain('maxBufferSize 7');
  });

  test.each([
    ['the engine uses it', 'auto', { kind: 'open' }, true],
    ['the engine wanted it in vain', 'webgpu', null, true],
    ['the CPU was chosen', 'wasm', { kind: 'open' }, false],
    ['its process died too often', 'auto', { kind: 'avoided', restarts: false }, false],
  ] as const)('%s', (_, preference, standing, asks) => {
    expect(mayAskForAdapter({ preference }, standing)).toBe(asks);
  });

  test('is not asked for while nobody knows what the engine does', () => {
    expect(mayAskForAdapter(null, null)).toBe(false);
  });

  test.each([
    ['no WebGPU', undefined, 'not in this browser'],
    ['no adapter', gpu(async () => null), 'no adapter'],
    ['a refusal', gpu(() => Promise.reject(new Error('blocked'))), 'asking for an adapter failed: blocked'],
  ])('%s is said', async (_, given, value) => {
    expect(await adapterFacts(given)).toEqual([{ name: 'WebGPU', value }]);
  });
});

describe('the log of a window', () => {
  beforeEach(() => useFaults.setState({ faults: [] }));

  test('gets each fault once, those of before too, and nothing that the other side would refuse', () => {
    const log = vi.fn();
    noteFault('the start', new Error('before'));
    const stop = logFaults({ log });
    noteFault('x'.repeat(500), new Error('y'.repeat(50_000)));
    noteFault('the page', 'a word');
    stop();
    noteFault('the page', 'later');
    expect(log.mock.calls.map(([entry]) => entry.where.slice(0, 9))).toEqual(['the start', 'xxxxxxxxx', 'the page']);
    for (const [entry] of log.mock.calls) expect(logEntrySchema.safeParse(entry).success).toBe(true);
  });

  test('gets what the engine runs on once, and every change of it', () => {
    const log = vi.fn();
    const hear = logEngine({ log });
    hear({ kind: 'starting' });
    hear({ kind: 'ready', device: DEVICE });
    hear({ kind: 'ready', device: DEVICE });
    hear({ kind: 'restarting', reason: 'it froze' });
    hear({
      kind: 'ready',
      device: { ...DEVICE, preference: 'webgpu', provider: 'wasm', adapter: null, fallbackReason: 'No adapter.' },
    });
    hear({ kind: 'failed', error: { name: 'EngineError', code: 'engine-crashed', message: 'again' } });
    expect(log.mock.calls.map(([{ level, text }]) => [level, text])).toEqual([
      ['info', 'runs on webgpu (Apple M3), 4 threads, wanted: auto'],
      ['warning', 'starts again: it froze'],
      ['warning', 'runs on wasm, 4 threads, wanted: webgpu; No adapter.'],
      ['error', 'failed: [engine-crashed] again'],
    ]);
  });
});
