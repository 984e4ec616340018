import { getInsight } from '@stratlab/lab/get-insight.ts';
import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Resource } from '../resource.ts';

export const insight: Resource = {
  name: 'insight',
  title: 'An insight',
  description: 'One thing learnt, whole, with the experiment that it comes from and a sentence on all that it cites.',
  uri: 'lab://insights/{id}',
  mimeType: 'application/json',
  complete: { id: suggestIds('insight') },
  read: (lab, { id }) => ({ text: JSON.stringify(getInsight(lab, { insight_id: id }), null, 2) }),
};
