import { anfisNetwork } from '../anfis/network.ts';
import { boostingNetwork } from '../boosting/network.ts';
import type { Network } from '../network.ts';
import type { ModelSpec, NeuralSpec } from '../spec.ts';
import { mlpNetwork } from './mlp.ts';
import type { NeuralNetwork } from './neural-network.ts';
import { recurrentNetwork } from './recurrent.ts';

const neuralNetworks: readonly NeuralNetwork<NeuralSpec>[] = [mlpNetwork, recurrentNetwork];

/** Every kind of model. */
export const networks: readonly Network<ModelSpec>[] = [...neuralNetworks, anfisNetwork, boostingNetwork];

export function networkOf(spec: ModelSpec): Network<ModelSpec> {
  return found(networks, spec);
}

export function neuralNetworkOf(spec: NeuralSpec): NeuralNetwork<NeuralSpec> {
  return found(neuralNetworks, spec);
}

function found<Kind extends Network<ModelSpec>>(kinds: readonly Kind[], { type }: ModelSpec): Kind {
  const network = kinds.find(({ types }) => types.includes(type));
  if (network === undefined) throw new RangeError(`no network ${type}`);
  return network;
}
