import type * as z from 'zod';
import { authorSchema } from '../json-schema.ts';
import { anyOfThese, code, inWords, type JsonSchema } from './words.ts';
import { fragment } from './yaml.ts';

/** One setting of the YAML, or a mapping of settings. */
export interface Setting {
  readonly path: readonly string[];
  readonly description: string | undefined;
  /** The allowed values in plain words; undefined for a mapping, whose settings follow it. */
  readonly words: string | undefined;
  readonly required: boolean;
  /** Whether it belongs to one of several alternatives. */
  readonly alternative: boolean;
  readonly default: unknown;
  /** Example values from its schema; none when an example of an enclosing mapping sets it. */
  readonly examples: readonly unknown[];
}

export const jsonSchemaOf = (schema: z.ZodType): JsonSchema => authorSchema(schema) as JsonSchema;

/** The mappings that a schema allows: the schema itself, or all its alternatives if each is a mapping. */
function mappings(schema: JsonSchema): readonly JsonSchema[] {
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return branches.every(({ properties }) => properties !== undefined) ? branches : [];
  return schema.properties ? [schema] : [];
}

/** What a key may be where it tells alternatives apart, in words. */
function constantsOf(alternatives: readonly JsonSchema[], key: string): string | undefined {
  const constants = alternatives.map(({ properties }) => properties?.[key]?.const);
  return constants.length < 2 || constants.includes(undefined)
    ? undefined
    : `one of ${anyOfThese(constants.map(code))}`;
}

/**
 * Every setting of a schema, in schema order, with mappings before their members.
 *
 * @param closed paths, such as `a.b`, of settings described elsewhere, with a text: each counts as one setting
 */
export function settingsOf(
  schema: JsonSchema,
  closed: ReadonlyMap<string, string> = new Map(),
  path: readonly string[] = [],
): Setting[] {
  const seen = new Set<string>();
  const alternatives = mappings(schema);
  return alternatives.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).flatMap(([key, own]): Setting[] => {
      if (seen.has(key)) return [];
      seen.add(key);
      const at = [...path, key];
      const elsewhere = closed.get(at.join('.')) ?? constantsOf(alternatives, key);
      const isMapping = elsewhere === undefined && mappings(own).length > 0;
      const setting: Setting = {
        path: at,
        description: own.description,
        words: isMapping ? undefined : (elsewhere ?? inWords(own)),
        required: alternatives.length === 1 && required.includes(key),
        alternative: alternatives.length > 1,
        default: own.default,
        examples: own.examples ?? [],
      };
      return [setting, ...(isMapping ? settingsOf(own, closed, at) : [])];
    }),
  );
}

const has = (value: unknown, path: readonly string[]): boolean => {
  const [head, ...rest] = path;
  if (head === undefined) return true;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, head) && has(value[head as never], rest);
};

/** Examples of the optional mappings around a setting. */
export const surroundings = ({ path }: Setting, settings: readonly Setting[]): unknown[] =>
  settings
    .filter((above) => above.path.length < path.length && above.path.every((key, i) => key === path[i]))
    .filter(({ required, default: own, examples }) => !required && own === undefined && examples.length > 0)
    .map((above) => fragment(above.path, above.examples[0]));

/** The setting whose example shows this one: itself, else the nearest enclosing mapping whose example sets it. */
export function shownBy(setting: Setting, settings: readonly Setting[]): Setting | undefined {
  for (let depth = setting.path.length; depth > 0; depth -= 1) {
    const above = settings.find(({ path }) => path.length === depth && path.every((key, i) => key === setting.path[i]));
    if (above?.examples.some((example) => has(example, setting.path.slice(depth)))) return above;
  }
  return undefined;
}
