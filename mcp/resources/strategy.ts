import { requireVersion } from '@stratlab/lab/find-strategy.ts';
import { suggestStrategies } from '@stratlab/lab/suggest-names.ts';
import type { Resource } from '../resource.ts';

export const strategy: Resource = {
  name: 'strategy',
  title: 'A strategy document',
  description: 'The newest version of a strategy as YAML, as it was written.',
  uri: 'lab://strategies/{name}',
  mimeType: 'application/yaml',
  complete: { name: suggestStrategies },
  read: (lab, { name }) => ({ text: requireVersion(lab, name).yaml }),
};
