import type { ExportableModel, ExportedFile } from '../export.ts';
import { networkOf } from '../networks/index.ts';
import { viewsOf } from '../networks/layout.ts';
import { writeSafetensors } from '../safetensors.ts';
import { describeExport } from './description.ts';

/**
 * One safetensors file: every tensor in doubles under its own name (of several networks after `members.K.`), and under
 * `__metadata__` the description of each network: its specification, normalisation, target scale and temperature.
 */
export function exportSafetensors(model: ExportableModel): ExportedFile[] {
  const { members } = model;
  const tensors = members.flatMap(({ spec, weights }, k) =>
    viewsOf(networkOf(spec).tensors(spec), weights).map((tensor) => ({
      ...tensor,
      name: members.length > 1 ? `members.${k}.${tensor.name}` : tensor.name,
    })),
  );
  const networks = members.map(({ spec, normalisation, target, temperature }) => ({
    spec,
    normalisation,
    target,
    temperature,
  }));
  const metadata = { ...describeExport(model), networks_json: JSON.stringify(networks) };
  return [{ name: null, bytes: writeSafetensors(tensors, metadata) }];
}
