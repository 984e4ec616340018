import type { ModelExporter } from '../export.ts';
import { exportOnnx } from './onnx.ts';
import { exportSafetensors } from './safetensors.ts';
import { exportTfjs } from './tfjs.ts';

export const exportFormats = ['onnx', 'tfjs', 'safetensors'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exporters: Readonly<Record<ExportFormat, ModelExporter>> = {
  onnx: exportOnnx,
  tfjs: exportTfjs,
  safetensors: exportSafetensors,
};
