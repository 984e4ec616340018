import type { ModelExporter } from '../export.ts';
import type { ExportFormat } from './format.ts';
import { exportOnnx } from './onnx.ts';
import { exportSafetensors } from './safetensors.ts';
import { exportTfjs } from './tfjs.ts';

export const exporters: Readonly<Record<ExportFormat, ModelExporter>> = {
  onnx: exportOnnx,
  tfjs: exportTfjs,
  safetensors: exportSafetensors,
};
