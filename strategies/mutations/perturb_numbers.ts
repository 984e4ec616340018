import type { Random } from '@stratlab/data/random.ts';
import { type Mutation, pick, plain } from '../mutation.ts';
import { type Knob, knobsOf } from '../number-knobs.ts';

const mostTurned = 3;
const largestFactor = 1.5;

/** Factors are even on the logarithm. No number becomes one that stands elsewhere, so that two never run together. */
export const perturbNumbers: Mutation = {
  name: 'perturb_numbers',
  does: 'Scales one to three periods or thresholds by up to a half, within their ranges.',
  mutate(document, random) {
    const knobs = knobsOf(document);
    const taken = new Set(knobs.map(({ value }) => value));
    const turns = someOf(knobs, 1 + Math.floor(random() * mostTurned), random)
      .map((knob) => ({ knob, value: turned(knob, random) }))
      .filter(({ value }) => !taken.has(value));
    if (turns.length === 0) return null;
    return {
      document: turns.reduce((changed, { knob, value }) => knob.turned(changed, value), document),
      changes: turns.map(({ knob, value }) => `${knob.name} ${knob.value} → ${value}`),
    };
  },
};

function someOf(knobs: readonly Knob[], wanted: number, random: Random): Knob[] {
  const chosen = new Set<Knob>();
  while (chosen.size < Math.min(wanted, knobs.length)) {
    const knob = pick(
      knobs.filter((each) => !chosen.has(each)),
      random,
    );
    if (knob !== undefined) chosen.add(knob);
  }
  return [...chosen];
}

function turned({ value, whole, min, max }: Knob, random: Random): number {
  const scaled = value * largestFactor ** (2 * random() - 1);
  const near = whole ? Math.round(scaled) : plain(scaled);
  const moved = near === value ? value + (random() < 0.5 ? -1 : 1) * (whole ? 1 : plain(value / 10)) : near;
  return Math.min(max, Math.max(min, moved));
}
