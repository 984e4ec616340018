import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Resource } from '../resource.ts';

export const model: Resource = {
  name: 'model',
  title: 'A model',
  description:
    'How a model was trained and how well it does, and what it goes by: rules in words and the importance of its features.',
  uri: 'lab://models/{id}',
  mimeType: 'application/json',
  complete: { id: suggestIds('model') },
  async read(lab, { id }, signal) {
    const { modelDocument } = await import('@stratlab/lab/model-document.ts');
    return { text: JSON.stringify(await modelDocument(lab, { model_id: id }, signal), null, 2) };
  },
};
