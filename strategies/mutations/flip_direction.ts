import { isMapping, type Mapping, mappingOr } from '../mapping.ts';
import type { Mutation } from '../mutation.ts';

const otherSide: Readonly<Record<string, string>> = { long: 'short', short: 'long' };

/** What bought now sells: the test of whether a rule is right the wrong way round. A model decides for itself. */
export const flipDirection: Mutation = {
  name: 'flip_direction',
  does: 'Turns the strategy round: rules for long become rules for short, outputs change their sign.',
  mutate(document) {
    const { rules, fuzzy_rules: fuzzyRules, target } = document;
    if (isMapping(document.model)) return null;
    const flipped: Mapping = {
      ...(isMapping(rules) && { rules: flippedRules(rules) }),
      ...(Array.isArray(fuzzyRules) && { fuzzy_rules: fuzzyRules.map(flippedFuzzyRule) }),
      ...(isMapping(target) && !Array.isArray(fuzzyRules) && { target: flippedTarget(target) }),
    };
    if (Object.keys(flipped).length === 0) return null;
    const turned = { ...document, ...flipped, ...flippedSide(document.decisions) };
    return { document: turned, changes: ['every long side became the short side, and the other way round'] };
  },
};

function flippedRules(rules: Mapping): Mapping {
  const swap = (name: string) => name.replace(/long|short/, (side) => otherSide[side]);
  return Object.fromEntries(Object.entries(rules).map(([name, formula]) => [swap(name), formula]));
}

function flippedFuzzyRule(rule: unknown): unknown {
  const { then } = mappingOr(rule);
  return typeof then === 'number' ? { ...mappingOr(rule), then: 0 - then } : rule;
}

function flippedTarget(target: Mapping): Mapping {
  return { ...target, position: `-(${target.position})` };
}

function flippedSide(decisions: unknown): Mapping {
  const { direction } = mappingOr(decisions);
  const side = typeof direction === 'string' ? otherSide[direction] : undefined;
  return side === undefined ? {} : { decisions: { ...mappingOr(decisions), direction: side } };
}
