/** Plain data with keys, as YAML or JSON gives it. */
export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function mappingOr(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

export function listOr(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A copy whose keys have the names that `names` gives them; a key that is there under its new name stays as it is. */
export function renamed(value: Mapping, names: Readonly<Record<string, string>>): Mapping {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name = Object.hasOwn(names, key) ? names[key] : key;
      return [name !== key && Object.hasOwn(value, name) ? key : name, item];
    }),
  );
}
