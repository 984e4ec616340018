import { strategyJsonSchema } from '@stratlab/lab/strategy-language.ts';
import type { Resource } from '../resource.ts';

export const strategySchema: Resource = {
  name: 'strategy-schema',
  title: 'JSON Schema of a strategy',
  description: 'The whole grammar, version 4, as JSON Schema: every key, default and range.',
  uri: 'lab://schema/strategy',
  mimeType: 'application/schema+json',
  read: () => ({ text: JSON.stringify(strategyJsonSchema, null, 2) }),
};
