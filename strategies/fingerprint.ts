import { createHash } from 'node:crypto';
import { canonicalFormula, readFormula } from './formula.ts';
import { canonicalFuzzyRule } from './fuzzy-rule.ts';
import type { AnyDocument, Strategy } from './strategy.ts';

/**
 * SHA-256 (hex) over the canonical form of a strategy: version 4 with defaults, keys sorted, formulas in their one
 * spelling with parameters replaced by their values; name, description, hypothesis and ranges of parameters left out.
 */
export function fingerprint(strategy: Strategy<AnyDocument>): string {
  return createHash('sha256')
    .update(canonicalJson(canonicalForm(strategy)))
    .digest('hex');
}

function canonicalForm({ document, parameters, formulas, fuzzyRules }: Strategy<AnyDocument>): unknown {
  const {
    name: _name,
    description: _description,
    hypothesis: _hypothesis,
    parameters: _ranges,
    ...deciding
  } = document;
  const spelled = [...formulas].map(([path, formula]) => [path, withValues(canonicalFormula(formula), parameters)]);
  const indicators = Object.fromEntries(
    Object.entries(document.indicators).map(([id, entry]) => [
      id,
      isFormula(entry) ? { ...entry, formula: withValues(entry.formula, parameters) } : entry,
    ]),
  );
  return {
    ...deciding,
    indicators,
    rules: document.rules && Object.keys(document.rules),
    fuzzy_rules:
      document.fuzzy_rules &&
      fuzzyRules.map(({ condition, then, weight }) => ({ if: canonicalFuzzyRule(condition), then, weight })),
    formulas: Object.fromEntries(spelled),
  };
}

function isFormula(entry: unknown): entry is { type: 'formula'; formula: string } {
  return typeof entry === 'object' && entry !== null && 'formula' in entry && typeof entry.formula === 'string';
}

function withValues(formula: string, parameters: Readonly<Record<string, number>>): string {
  const replaced = formula.replace(/\$([A-Za-z]\w*)/g, (whole, name: string) =>
    Object.hasOwn(parameters, name) ? `(${parameters[name]})` : whole,
  );
  return canonicalFormula(readFormula(replaced));
}

/** JSON with sorted keys; -0 is 0. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value === 0 ? 0 : value) ?? 'null';
}
