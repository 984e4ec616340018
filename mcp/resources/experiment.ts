import { getExperiment, resultColumns, timelineColumns } from '@stratlab/lab/get-experiment.ts';
import { suggestIds } from '@stratlab/lab/suggest-names.ts';
import type { Resource } from '../resource.ts';

export const experiment: Resource = {
  name: 'experiment',
  title: 'An experiment',
  description: 'What was claimed, every result, best Sharpe ratio first, and all that was done in the order of time.',
  uri: 'lab://experiments/{id}',
  mimeType: 'application/json',
  complete: { id: suggestIds('experiment') },
  read(lab, { id }) {
    const { results, timeline, ...record } = getExperiment(lab, { experiment_id: id });
    const whole = {
      ...record,
      results: { columns: resultColumns, rows: results },
      timeline: { columns: timelineColumns, rows: timeline },
    };
    return { text: JSON.stringify(whole, null, 2) };
  },
};
