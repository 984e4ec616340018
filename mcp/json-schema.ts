import type { JSONObject, JSONValue } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** The JSON Schema of an object, as `tools/list` shows it: always an object at the top, every definition in place. */
export type ObjectSchema = {
  type: 'object';
  properties: JSONObject;
  required: string[];
  additionalProperties: false;
};

/** The schema of an object's input or output, written once and frozen: a list of tools is then sent without any work. */
export function frozenJsonSchema(schema: z.ZodObject, io: 'input' | 'output'): Readonly<ObjectSchema> {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io, reused: 'inline', override: withoutNoise });
  return Object.freeze({ type: 'object', properties: frozenObject(properties), required, additionalProperties: false });
}

/**
 * The fields of an object and what each is, but not what is inside of them: enough to choose a tool by. Whatever fits
 * `schema` fits this; the whole of all tools would fill a model's context.
 */
export function frozenOutline(schema: z.ZodObject): Readonly<ObjectSchema> {
  const { properties, ...rest } = frozenJsonSchema(schema, 'output');
  const outlined = Object.entries(properties).map(([name, field]) => [name, outlineOf(field)]);
  return Object.freeze({ ...rest, properties: Object.freeze(Object.fromEntries(outlined)) });
}

function outlineOf(field: JSONValue): JSONObject {
  if (!isObject(field)) return {};
  const { type, enum: values, const: constant, anyOf } = field;
  const branches = Array.isArray(anyOf) ? { anyOf: anyOf.map(outlineOf) } : {};
  const parts = Object.entries({ type, enum: values, const: constant, ...branches });
  return Object.freeze(Object.fromEntries(parts.filter(([, part]) => part !== undefined)));
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

/** Some clients refuse `propertyNames`, and the bounds of safe integers tell nobody anything. */
function withoutNoise({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  delete jsonSchema.propertyNames;
  if (Object.keys(Object(jsonSchema.additionalProperties)).length === 0) jsonSchema.additionalProperties &&= true;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

/** A list of types as one branch for each, what restricts the value in every branch but that of null. */
function withoutTypeList(schema: object): object {
  const { type, description, default: fallback, ...restrictions }: Record<string, unknown> = { ...schema };
  if (!Array.isArray(type)) return schema;
  return {
    description,
    default: fallback,
    anyOf: type.map((one) => (one === 'null' ? { type: one } : { type: one, ...restrictions })),
  };
}

function frozenObject(value: object): JSONObject {
  const parts = Object.entries(withoutTypeList(value)).filter(([, part]) => part !== undefined);
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
