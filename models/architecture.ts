import type { ModelSpec } from './spec.ts';

/** A model's architecture in the words of a strategy document. */
export function architectureOf(spec: ModelSpec): Record<string, string | number | number[]> {
  switch (spec.type) {
    case 'mlp':
      return { hidden_layers: spec.hiddenLayers, activation: spec.activation, dropout: spec.dropout };
    case 'logistic':
      return {};
    case 'lstm':
    case 'gru':
      return {
        sequence_length: spec.sequenceLength,
        hidden_size: spec.hiddenSize,
        num_layers: spec.layers,
        dropout: spec.dropout,
      };
    case 'anfis': {
      const { partition, sets, rules, membership, consequent } = spec;
      return { partition, ...(partition === 'grid' ? { sets } : { rules }), membership, consequent };
    }
    case 'gradient_boosting': {
      const { rounds, depth, l2, subsample, bins } = spec;
      return { rounds, depth, minimum_leaf: spec.minimumLeaf, l2, subsample, feature_share: spec.featureShare, bins };
    }
  }
}
