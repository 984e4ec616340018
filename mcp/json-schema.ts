import type { JSONObject, JSONValue } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** The JSON Schema of an object, as `tools/list` shows it: always an object at the top, every definition in place. */
export type ObjectSchema = {
  type: 'object';
  properties: JSONObject;
  required: string[];
  additionalProperties: false;
};

type JsonType = NonNullable<z.core.JSONSchema.JSONSchema['type']>;

/** The schema of an object's input or output, written once and frozen: a list of tools is then sent without any work. */
export function frozenJsonSchema(schema: z.ZodObject, io: 'input' | 'output'): Readonly<ObjectSchema> {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io, reused: 'inline', override: withoutNoise });
  return Object.freeze({ type: 'object', properties: frozenObject(properties), required, additionalProperties: false });
}

/** The names of the keys that an object at `path` of `schema` may have; none where any may stand. */
export function keysAt(schema: ObjectSchema, path: readonly PropertyKey[]): string[] {
  let properties: JSONValue | undefined = schema.properties;
  for (const step of path.filter((part) => typeof part !== 'number')) {
    const below: JSONValue | undefined = isObject(properties) ? properties[String(step)] : undefined;
    const items: JSONValue | undefined = isObject(below) ? (below.items ?? below) : undefined;
    properties = isObject(items) ? items.properties : undefined;
  }
  return isObject(properties) ? Object.keys(properties) : [];
}

/** Some clients refuse `propertyNames` and lists of types, and the bounds of safe integers tell nobody anything. */
function withoutNoise({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  delete jsonSchema.propertyNames;
  if (Object.keys(Object(jsonSchema.additionalProperties)).length === 0) jsonSchema.additionalProperties &&= true;
  if (Array.isArray(jsonSchema.type)) splitTypes(jsonSchema, jsonSchema.type);
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

/** One branch for each type, what restricts the value in every branch but that of null. */
function splitTypes(schema: z.core.JSONSchema.BaseSchema, types: readonly JsonType[]): void {
  const { type: _type, description: _description, default: _default, ...restrictions } = schema;
  for (const key of ['type', ...Object.keys(restrictions)]) delete schema[key];
  schema.anyOf = types.map((type) => (type === 'null' ? { type } : { type, ...restrictions }));
}

function frozenObject(value: object): JSONObject {
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.freeze(Object.fromEntries(parts.map(([key, part]) => [key, frozenJson(part)])));
}

function frozenJson(value: unknown): JSONValue {
  if (Array.isArray(value)) return frozenList(value);
  if (typeof value === 'object' && value !== null) return frozenObject(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}

function frozenList(values: unknown[]): JSONValue[] {
  const list = values.map(frozenJson);
  Object.freeze(list);
  return list;
}

function isObject(value: JSONValue | undefined): value is JSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
