export { sparkline } from '@stratlab/reports/sparkline.ts';
