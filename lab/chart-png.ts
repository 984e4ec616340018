import type { Lab } from './lab.ts';

export { chartSubjects } from './chart-subjects.ts';

/** A chart as a PNG of 800 by 450 pixels. What draws it is loaded with the first chart. */
export async function chartPng(lab: Lab, wanted: { id: string; kind: string }): Promise<Uint8Array> {
  const [{ getChart }, { toPng }] = await Promise.all([import('./get-chart.ts'), import('@stratlab/reports/png.ts')]);
  return toPng(getChart(lab, wanted));
}
