import { LabError } from '@stratlab/data/error.ts';
import { explainModel } from './explain-model.ts';
import { getModel } from './get-model.ts';
import type { Lab } from './lab.ts';

/** A model's record with what it goes by; where that cannot be said, `explanation` is null and `unexplained` says why. */
export async function modelDocument(lab: Lab, input: { model_id: string }, signal: AbortSignal) {
  const model = getModel(lab, input);
  try {
    return { ...model, explanation: await explainModel(lab, input, signal), unexplained: null };
  } catch (error) {
    if (!(error instanceof LabError) || error.code === 'cancelled') throw error;
    return { ...model, explanation: null, unexplained: error.message };
  }
}
