import { allInputs } from '@stratlab/models/inputs.ts';
import type { LabStrategy } from './strategy-language.ts';

/** Names of what a strategy's model sees on each bar; none where rules decide. */
export function featureNames(strategy: LabStrategy): string[] {
  const { model, composition } = strategy.document;
  return model === null ? [] : allInputs(strategy, { model, composition }).all.map(({ name }) => name);
}
