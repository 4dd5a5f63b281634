/** As much of JSON Schema as our schemas use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly if?: Schema;
  readonly then?: Schema;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** Whether a value fits a schema. */
export function fits(schema: Schema, value: unknown): boolean {
  return [
    schema.type === undefined || [schema.type].flat().some((type) => types[type]?.(value)),
    !('const' in schema) || value === schema.const,
    schema.enum?.includes(value) ?? true,
    schema.oneOf === undefined || schema.oneOf.filter((one) => fits(one, value)).length === 1,
    schema.not === undefined || !fits(schema.not, value),
    schema.if === undefined || !fits(schema.if, value) || fits(schema.then ?? {}, value),
    typeof value !== 'string' || (value.length >= (schema.minLength ?? 0) && new RegExp(schema.pattern ?? '').test(value)),
    typeof value !== 'number' || (value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity)),
    !Array.isArray(value) || listFits(schema, value),
    !isObject(value) || objectFits(schema, value),
  ].every(Boolean);
}

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

function listFits({ minItems = 0, maxItems = Infinity, uniqueItems, items = {} }: Schema, list: readonly unknown[]): boolean {
  return list.length >= minItems && list.length <= maxItems && (!uniqueItems || new Set(list).size === list.length) && list.every((item) => fits(items, item));
}

function objectFits({ properties = {}, required = [], additionalProperties = true }: Schema, value: Readonly<Record<string, unknown>>): boolean {
  const entriesFit = Object.entries(value).every(([key, child]) => {
    const known = properties[key] ?? additionalProperties;
    return typeof known === 'boolean' ? known : fits(known, child);
  });
  return required.every((key) => key in value) && entriesFit;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
