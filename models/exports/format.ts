import { LabError } from '@stratlab/data/error.ts';

export const exportFormats = ['onnx', 'tfjs', 'safetensors'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Throws `invalid_input` for another name than one of a format. */
export function parseExportFormat(text: string): ExportFormat {
  const format = exportFormats.find((name) => name === text);
  if (format !== undefined) return format;
  throw new LabError('invalid_input', `"${text}" is not a format of models.`, {
    path: 'format',
    hint: `Formats: ${exportFormats.join(', ')}.`,
  });
}
