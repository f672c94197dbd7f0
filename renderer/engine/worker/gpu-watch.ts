import { EngineError } from '../../../models/errors.ts';

/**
 * Our own GPUDevice, handed to onnxruntime (its settings for adapter and power preference are ignored by the native
 * provider). What owns a device must watch it: it can be lost, and errors that nobody captured mean wrong numbers.
 */
export class GpuWatch {
  readonly device: GPUDevice;
  /** Resolves when the device is lost other than by {@link destroy}. */
  readonly lost: Promise<EngineError>;
  #failure: EngineError | null = null;

  constructor(device: GPUDevice) {
    this.device = device;
    device.addEventListener('uncapturederror', ({ error }) => {
      this.#failure ??= isOutOfMemory(error)
        ? new EngineError('engine-out-of-memory', `The GPU has not enough memory: ${error.message}`)
        : new EngineError('engine-unexpected', `The GPU refused a step: ${error.message}`);
    });
    this.lost = new Promise((resolve) => {
      void device.lost.then(({ reason, message }) => {
        if (reason !== 'destroyed')
          resolve(new EngineError('engine-device-lost', `The GPU was lost${message ? `: ${message}` : '.'}`));
      });
    });
  }

  /** Whether shaders can compute in 16-bit floats. */
  get hasHalf(): boolean {
    return this.device.features.has('shader-f16');
  }

  /** The largest tensor that one binding can hold, in bytes. */
  get maxTensorBytes(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /** @throws EngineError for an error since the last call; outputs computed meanwhile cannot be trusted. */
  throwIfFailed(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure;
  }

  destroy(): void {
    this.device.destroy();
  }
}

function isOutOfMemory(error: GPUError): boolean {
  return typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError;
}
