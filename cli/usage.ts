import { LabError } from '@stratlab/lab/error.ts';
import { InvalidArgumentError } from 'commander';

/** A parser of the lab as a parser of a flag: what it refuses is a fault of usage. */
export function flag<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof LabError)
        throw new InvalidArgumentError([error.message, error.hint].filter(Boolean).join(' '));
      throw error;
    }
  };
}
