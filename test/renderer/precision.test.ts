import { beforeEach, describe, expect, test, vi } from 'vitest';
import { parseSettings } from '../../renderer/shell/settings.ts';
import { ENTRY, REPORT } from './fake-engine.ts';

/** The stores are the app's; every test gets fresh ones. */
async function stores() {
  const [engine, settings, model, input, keys] = await Promise.all([
    import('../../renderer/stores/engine.ts'),
    import('../../renderer/stores/settings.ts'),
    import('../../renderer/stores/model.ts'),
    import('../../renderer/stores/input.ts'),
    import('../../renderer/results/file-key.ts'),
  ]);
  return { ...engine, ...settings, ...model, ...input, ...keys };
}

const DEVICE = {
  preference: 'auto',
  adapter: null,
  threads: 2,
  fallbackReason: null,
  runtime: 'test',
  precisions: ['fp32'],
} as const;

beforeEach(() => vi.resetModules());

describe('the precision that is asked for', () => {
  test.each([
    ['wasm', 'int8'],
    ['webgpu', 'fp16'],
  ] as const)('is the one chosen for %s', async (provider, precision) => {
    const { useEngine, useSettings, modelRef } = await stores();
    useSettings.setState({ precision: { wasm: 'int8', webgpu: 'fp16' } });
    useEngine.setState({ device: { ...DEVICE, provider } });
    expect(modelRef(ENTRY).precision).toBe(precision);
  });

  test('is the weights’ own until another is chosen', async () => {
    const { useEngine, modelRef } = await stores();
    for (const provider of ['wasm', 'webgpu'] as const) {
      useEngine.setState({ device: { ...DEVICE, provider } });
      expect(modelRef(ENTRY).precision ?? 'fp32').toBe('fp32');
    }
  });

  test.each([[{ wasm: 'fp16', webgpu: 'int8' }], [{ wasm: 'int4' }], ['int8'], [null]])(
    'is never one that the device could not have: %j',
    (precision) => {
      expect(parseSettings({ precision }).precision).toEqual({ wasm: 'fp32', webgpu: 'fp32' });
    },
  );

  test('is fp32 in columns that were kept before there was a choice', () => {
    const columns = [{ modelId: 'a', input: { kind: 'own' }, provider: null }];
    expect(parseSettings({ compare: { columns, reference: 0 } }).compare.columns[0]?.precision).toBe('fp32');
  });
});

describe('answers of two precisions', () => {
  test('have keys of their own in the journal, and fp32’s is what it was', async () => {
    const { modelKey } = await stores();
    const keys = (['fp32', 'int8', 'fp16'] as const).map((each) => modelKey(ENTRY, ENTRY.preprocessing, each));
    expect(new Set(keys).size).toBe(3);
    expect(keys[0]).toBe(JSON.stringify([ENTRY.id, ENTRY.weightsSize, ENTRY.activation, ENTRY.preprocessing]));
  });

  test('are looked for by what ran, not by what was asked for', async () => {
    const { useSettings, useModel, expectedPrecision } = await stores();
    useSettings.setState({ precision: { wasm: 'int8', webgpu: 'fp32' } });
    expect(expectedPrecision()).toBe('int8');
    const report = { ...REPORT, precision: { asked: 'int8', ran: 'fp32', reason: 'Wrong numbers.' } } as const;
    useModel.setState({ state: { kind: 'ready', id: 'test', title: 'Test', entry: ENTRY, report } });
    expect(expectedPrecision()).toBe('fp32');
  });

  test('are timed apart', async () => {
    const { speedKey } = await stores();
    expect(speedKey('a', 'wasm', 'int8')).not.toBe(speedKey('a', 'wasm', 'fp32'));
  });
});
