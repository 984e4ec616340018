import { LabError } from '@stratlab/data/error.ts';
import { parseSymbol } from '@stratlab/data/instrument.ts';
import { z } from 'zod';

/** A symbol in upper case, as series are stored; anything that could be a path is refused. */
export const storedSymbol = z.string().transform((text, context) => {
  try {
    return parseSymbol(text);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    context.addIssue({ code: 'custom', message: `${error.message} ${error.hint}` });
    return z.NEVER;
  }
});
