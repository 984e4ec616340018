import { LabError } from '@stratlab/data/error.ts';
import { type GpuBuffer, type GpuDevice, mapModeRead, usage } from './library.ts';
import { requireAdapter } from './package.ts';

/** A device with all that its adapter gives, and its first failure. */
export class Device {
  readonly gpu: GpuDevice;
  #failure: string | null = null;

  constructor(gpu: GpuDevice) {
    this.gpu = gpu;
    gpu.onuncapturederror = ({ error }) => {
      this.#failure ??= error.message;
    };
  }

  storage(size: number): GpuBuffer {
    return this.#buffer(size, usage.storage | usage.copySource | usage.copyTarget);
  }

  uniform(size: number): GpuBuffer {
    return this.#buffer(size, usage.uniform | usage.copyTarget);
  }

  storing(values: Float32Array | Uint32Array): GpuBuffer {
    const buffer = this.storage(values.byteLength);
    this.gpu.queue.writeBuffer(buffer, 0, values);
    return buffer;
  }

  /** The contents of the buffers, once all that was submitted is done. Throws `unavailable` where that failed. */
  async read(buffers: readonly GpuBuffer[]): Promise<Float32Array[]> {
    const total = buffers.reduce((sum, { size }) => sum + size, 0);
    const staging = this.#buffer(total, usage.mapRead | usage.copyTarget);
    try {
      const encoder = this.gpu.createCommandEncoder();
      let offset = 0;
      for (const buffer of buffers) {
        encoder.copyBufferToBuffer(buffer, 0, staging, offset, buffer.size);
        offset += buffer.size;
      }
      this.gpu.queue.submit([encoder.finish()]);
      await this.done(staging.mapAsync(mapModeRead));
      return partsOf(staging.getMappedRange().slice(0), buffers);
    } finally {
      staging.destroy();
    }
  }

  /** Waits for the device. Throws `unavailable` where something failed in the meantime. */
  async done(waited: Promise<void>): Promise<void> {
    const lost = await waited.then(
      () => null,
      (error: unknown) => String(error),
    );
    const failure = this.#failure ?? lost;
    if (failure === null) return;
    const hint = 'Train with engine: simd, or in smaller batches.';
    throw new LabError('unavailable', `The GPU failed: ${failure}`, { hint });
  }

  destroy(): void {
    this.gpu.destroy();
  }

  #buffer(size: number, usages: number): GpuBuffer {
    return this.gpu.createBuffer({ size: Math.max(16, size), usage: usages });
  }
}

/** Throws `unavailable`. */
export async function openDevice(): Promise<Device> {
  const adapter = await requireAdapter();
  const { maxComputeWorkgroupStorageSize, maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const requiredLimits = { maxComputeWorkgroupStorageSize, maxStorageBufferBindingSize, maxBufferSize };
  return new Device(await adapter.requestDevice({ requiredLimits }));
}

function partsOf(bytes: ArrayBuffer, buffers: readonly GpuBuffer[]): Float32Array[] {
  let offset = 0;
  return buffers.map(({ size }) => {
    const part = new Float32Array(bytes, offset, size / 4);
    offset += size;
    return part;
  });
}
