import { nearest, type Problem } from '@stratlab/data/error.ts';
import { isMapping, type Mapping, mappingOr } from './mapping.ts';

/** Keys of a document that hold words or the parameters themselves: a `$name` in them stays. */
const words = ['name', 'description', 'hypothesis', 'parameters'];

/** Each parameter's value: the one given, else its default. A given one must be declared and within its range. */
export function readParameters(
  declared: unknown,
  given: Readonly<Record<string, number>>,
  problems: Problem[],
): Record<string, number> {
  const entries = Object.entries(mappingOr(declared));
  const values: Record<string, number> = {};
  for (const [name, entry] of entries) {
    if (isMapping(entry) && typeof entry.default === 'number') values[name] = entry.default;
  }
  for (const [name, value] of Object.entries(given)) {
    const fault = givenFault(name, value, Object.fromEntries(entries));
    if (fault === undefined) values[name] = value;
    else problems.push({ path: `parameters.${name}`, message: fault });
  }
  return values;
}

function givenFault(name: string, value: number, declared: Mapping): string | undefined {
  if (!Object.hasOwn(declared, name)) {
    return `"${name}" is not a parameter. Declared: ${Object.keys(declared).join(', ') || 'none'}.`;
  }
  const { min, max } = mappingOr(declared[name]);
  const below = typeof min === 'number' && value < min;
  const above = typeof max === 'number' && value > max;
  return below || above ? `${value} lies outside ${min ?? 'no minimum'} to ${max ?? 'no maximum'}.` : undefined;
}

/** `$fast` where a value stands becomes its number; inside formulas it stays. */
export function replaceParameters(
  document: Mapping,
  parameters: Readonly<Record<string, number>>,
  problems: Problem[],
): Mapping {
  const replace = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, k) => replace(item, `${path}.${k}`));
    if (isMapping(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item, `${path}.${key}`)]));
    }
    if (typeof value !== 'string' || !/^\$\w+$/.test(value)) return value;
    const name = value.slice(1);
    if (Object.hasOwn(parameters, name)) return parameters[name];
    problems.push(undeclared(path, name, Object.keys(parameters)));
    return 1;
  };
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key, words.includes(key) ? value : replace(value, key)]),
  );
}

function undeclared(path: string, name: string, declared: readonly string[]): Problem {
  const near = nearest(name, declared);
  const hint = near === undefined ? 'Declare it: parameters: {fast: {default: 10}}.' : `Did you mean "$${near}"?`;
  return { path, message: `"$${name}" is not a declared parameter.`, hint };
}

/** A parameter that nothing names could be swept without any effect. */
export function unusedParameters(document: Mapping, names: readonly string[]): Problem[] {
  const text = JSON.stringify(Object.entries(document).filter(([key]) => !words.includes(key)));
  return names
    .filter((name) => !new RegExp(`\\$${name}\\b`).test(text))
    .map((name) => ({ path: `parameters.${name}`, message: `Nothing uses $${name}: changing it has no effect.` }));
}
