/** The part of WebGPU that is used here; the package is optional, and so are its types. */
export interface Gpu {
  requestAdapter(): Promise<GpuAdapter | null>;
}

export interface GpuAdapter {
  readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string };
  readonly limits: GpuLimits;
  requestDevice(wanted: { requiredLimits: Readonly<Partial<GpuLimits>> }): Promise<GpuDevice>;
}

export interface GpuLimits {
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupSizeX: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** Handles that are only passed on. */
export type GpuHandle = object;

export interface GpuDevice {
  readonly limits: GpuLimits;
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, offset: number, values: ArrayBufferView): void;
    submit(commands: readonly GpuHandle[]): void;
    onSubmittedWorkDone(): Promise<void>;
  };
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
  createBuffer(wanted: { size: number; usage: number }): GpuBuffer;
  createShaderModule(wanted: { code: string }): GpuHandle;
  createBindGroupLayout(wanted: { entries: readonly object[] }): GpuHandle;
  createPipelineLayout(wanted: { bindGroupLayouts: readonly GpuHandle[] }): GpuHandle;
  createComputePipelineAsync(wanted: {
    layout: GpuHandle;
    compute: { module: GpuHandle; entryPoint: string };
  }): Promise<GpuHandle>;
  createBindGroup(wanted: {
    layout: GpuHandle;
    entries: readonly { binding: number; resource: { buffer: GpuBuffer } }[];
  }): GpuHandle;
  createCommandEncoder(): GpuEncoder;
  destroy(): void;
}

export interface GpuEncoder {
  beginComputePass(): {
    setPipeline(pipeline: GpuHandle): void;
    setBindGroup(index: number, group: GpuHandle): void;
    dispatchWorkgroups(count: number): void;
    end(): void;
  };
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void;
  finish(): GpuHandle;
}

/** Numbers of the standard (https://www.w3.org/TR/webgpu/#buffer-usage). */
export const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 } as const;
export const mapModeRead = 0x1;
export const computeStage = 0x4;

export interface WebGpuPackage {
  /** Takes Dawn's toggles. The object must be kept as long as anything made with it. */
  create(options: readonly string[]): Gpu;
}

export function isWebGpuPackage(module: unknown): module is WebGpuPackage {
  return typeof module === 'object' && module !== null && 'create' in module && typeof module.create === 'function';
}
