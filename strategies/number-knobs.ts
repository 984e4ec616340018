import { put } from './document-path.ts';
import { decidingFormulas, mapTokens, withFormulas } from './formula-texts.ts';
import { findIndicator } from './indicators/index.ts';
import { isMapping, type Mapping, mappingOr } from './mapping.ts';

/** A number of a document that may be turned within its range. */
export interface Knob {
  /** Where it stands, in words. */
  name: string;
  value: number;
  whole: boolean;
  min: number;
  max: number;
  turned(document: Mapping, value: number): Mapping;
}

/** Periods and thresholds: of indicators, of the declared parameters, in formulas, of the decisions. */
export function knobsOf(document: Mapping): Knob[] {
  return [...ofIndicators(document), ...ofParameters(document), ...ofFormulas(document), ...ofDecisions(document)];
}

function at(keys: readonly string[], knob: Omit<Knob, 'name' | 'turned'>): Knob {
  return {
    ...knob,
    name: keys.join('.'),
    turned: (document, value) => mappingOr(put(document, {}, keys, value)),
  };
}

function ofIndicators({ indicators }: Mapping): Knob[] {
  return Object.entries(mappingOr(indicators)).flatMap(([id, entry]) => {
    const { type, ...given } = mappingOr(entry);
    const declared = Object.entries(findIndicator(String(type))?.parameters ?? {});
    return declared.flatMap(([name, parameter]) => {
      if (parameter.kind === 'choice') return [];
      const { [name]: value = parameter.default } = given;
      if (typeof value !== 'number') return [];
      const { min, max, kind } = parameter;
      return [at(['indicators', id, name], { value, whole: kind === 'integer', min, max })];
    });
  });
}

function ofParameters({ parameters }: Mapping): Knob[] {
  return Object.entries(mappingOr(parameters)).flatMap(([name, entry]) => {
    const { default: value, min, max } = mappingOr(entry);
    if (typeof value !== 'number') return [];
    const range = { min: numberOr(min, Number.NEGATIVE_INFINITY), max: numberOr(max, Number.POSITIVE_INFINITY) };
    return [at(['parameters', name, 'default'], { value, whole: Number.isInteger(value), ...range })];
  });
}

/** A number that stands several times in the formulas is one knob; 0 and 1 are structure. */
function ofFormulas(document: Mapping): Knob[] {
  const found = new Map<string, Knob>();
  for (const { keys, text } of decidingFormulas(document)) {
    mapTokens(text, (token) => {
      const value = Number(token);
      if (/^[\d.]/.test(token) && value > 1e-9 && value !== 1) found.set(token, literal(keys, token, value));
      return token;
    });
  }
  return [...found.values()];
}

function literal(keys: readonly string[], token: string, value: number): Knob {
  return {
    name: `${keys.join('.')}: the number`,
    value,
    whole: /^\d+$/.test(token),
    min: 1e-6,
    max: 10_000,
    turned: (document, turned) =>
      withFormulas(document, (text) => mapTokens(text, (each) => (each === token ? String(turned) : each))),
  };
}

function ofDecisions({ decisions }: Mapping): Knob[] {
  if (!isMapping(decisions)) return [];
  const { confidence_threshold: threshold, filters } = decisions;
  const { min_signal_separation: separation } = mappingOr(filters);
  const knobs: Knob[] = [];
  if (typeof threshold === 'number' && threshold > 0)
    knobs.push(at(['decisions', 'confidence_threshold'], { value: threshold, whole: false, min: 0, max: 1 }));
  if (typeof separation === 'number' && separation > 0) {
    const range = { value: separation, whole: true, min: 0, max: 100_000 };
    knobs.push(at(['decisions', 'filters', 'min_signal_separation'], range));
  }
  return knobs;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
