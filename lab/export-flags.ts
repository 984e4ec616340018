export { type ExportFormat, parseExportFormat } from '@stratlab/models/exports/format.ts';
