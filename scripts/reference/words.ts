import { flow } from './yaml.ts';

/** JSON Schema, as zod writes it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Whole numbers have these bounds in zod when a schema names none. */
const safest = Number.MAX_SAFE_INTEGER;

export const code = (value: unknown): string => {
  const text = flow(value);
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
};

/** `a, b or c`. */
export function anyOfThese(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

const figure = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 20, useGrouping: false });

/** ` from 1 to 20`, ` above 0 and below 1`, or nothing where there are no bounds. */
function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const least = minimum === undefined || minimum <= -safest ? undefined : minimum;
  const most = maximum === undefined || maximum >= safest ? undefined : maximum;
  if (least !== undefined && most !== undefined) return ` from ${figure(least)} to ${figure(most)}`;
  const bounds = [
    ...(exclusiveMinimum === undefined ? [] : [`above ${figure(exclusiveMinimum)}`]),
    ...(least === undefined ? [] : [`of at least ${figure(least)}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${figure(exclusiveMaximum)}`]),
    ...(most === undefined ? [] : [`at most ${figure(most)}`]),
  ];
  return bounds.length === 0 ? '' : ` ${bounds.join(' and ')}`;
}

function textOf({ minLength, maxLength }: JsonSchema): string {
  if (minLength === 1 && maxLength === 1) return 'one character';
  return maxLength === undefined ? 'text' : `text of at most ${figure(maxLength)} characters`;
}

function listOf({ items = {}, minItems, maxItems }: JsonSchema): string {
  const least = minItems !== undefined && minItems > 1 ? `at least ${minItems}` : '';
  const most = maxItems === undefined ? '' : `at most ${maxItems}`;
  const how = [least, most].filter((bound) => bound !== '').join(' and ');
  const many = how === '' ? '' : ` (${how})`;
  if (items.enum) return `a list of ${anyOfThese(items.enum.map(code))}${many}`;
  if (items.type === 'string') return `a list of texts${many}`;
  if (items.type === 'number' || items.type === 'integer') return `a list of numbers${many}`;
  return Array.isArray(items.type) ? `a list of values${many}` : `a list${many}`;
}

const isScalar = (type: JsonSchema['type']): boolean =>
  Array.isArray(type) && type.includes('string') && type.includes('number');

const placeholder = (schema: JsonSchema): string =>
  schema.const === undefined
    ? schema.type === 'string'
      ? 'text'
      : String(schema.type ?? 'value')
    : flow(schema.const);

/** `{ above: number }`: a small mapping as it is written. */
const mappingOf = ({ properties = {} }: JsonSchema): string =>
  `\`{ ${Object.entries(properties)
    .map(([key, own]) => `${key}: ${placeholder(own)}`)
    .join(', ')} }\``;

/** What may be written where a schema stands, in plain words, without a full stop. */
export function inWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return `always ${code(schema.const)}`;
  if (schema.enum)
    return schema.enum.length === 1 ? `always ${code(schema.enum[0])}` : `one of ${anyOfThese(schema.enum.map(code))}`;
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return anyOfThese(branches.flatMap((own) => own.enum?.map(code) ?? [inWords(own)]));
  if (isScalar(schema.type)) return 'one value';
  if (schema.prefixItems) return `a list of ${schema.prefixItems.length} numbers`;
  switch (schema.type) {
    case 'boolean':
      return '`true` or `false`';
    case 'string':
      return textOf(schema);
    case 'integer':
      return `a whole number${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'array':
      return listOf(schema);
    case 'object':
      return schema.properties ? mappingOf(schema) : 'a mapping';
    default:
      throw new TypeError(`There are no words for the schema ${JSON.stringify(schema)}.`);
  }
}

/** First letter upper case, full stop at the end. */
export function sentence(words: string): string {
  const text = words.trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
}
