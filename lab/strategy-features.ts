import { inputsOf } from '@stratlab/models/model-block.ts';
import type { LabStrategy } from './strategy-language.ts';

/** Names of what a strategy's model sees on each bar; none where rules decide. */
export function featureNames(strategy: LabStrategy): string[] {
  const { model } = strategy.document;
  return model === null ? [] : inputsOf(strategy, model).map(({ name }) => name);
}
