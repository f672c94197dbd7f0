/** What a test makes up of a `navigator.gpu`. */
export interface FakeAdapter {
  readonly info?: Partial<GPUAdapterInfo>;
  readonly features?: readonly string[];
  readonly refuses?: string;
}

/** What was asked of it. */
export interface Asked {
  adapters: GPURequestAdapterOptions[];
  devices: GPUDeviceDescriptor[];
}

export const LIMIT = 1024 ** 3;

export function fakeGpu(adapter: FakeAdapter | null): { readonly gpu: GPU; readonly asked: Asked } {
  const asked: Asked = { adapters: [], devices: [] };
  const gpu = {
    async requestAdapter(options: GPURequestAdapterOptions) {
      asked.adapters.push(options);
      if (adapter === null) return null;
      return {
        info: { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false, ...adapter.info },
        features: new Set(adapter.features ?? []),
        limits: new Proxy({}, { get: () => LIMIT }),
        async requestDevice(descriptor: GPUDeviceDescriptor) {
          asked.devices.push(descriptor);
          if (adapter.refuses) throw new Error(adapter.refuses);
          return {
            features: new Set(descriptor.requiredFeatures),
            limits: { maxStorageBufferBindingSize: LIMIT, maxBufferSize: LIMIT },
            addEventListener() {},
            lost: new Promise(() => {}),
            destroy() {},
          };
        },
      };
    },
  } as unknown as GPU;
  return { gpu, asked };
}

export const APPLE: FakeAdapter = {
  info: { vendor: 'apple', architecture: 'metal-3' },
  features: ['shader-f16', 'subgroups'],
};
export const SWIFTSHADER: FakeAdapter = { info: { vendor: 'google', architecture: 'swiftshader' } };
