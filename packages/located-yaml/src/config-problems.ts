import * as z from 'zod';
import { nearestName } from './nearest-name.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  readonly path: Path;
  readonly message: string;
  /** Whether it is about the key at the end of the path, not its value. */
  readonly atKey: boolean;
}

type JsonSchema = { readonly [key: string]: unknown };
const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a key that is not known was meant to be, where spelling does not tell.
 *
 * @param path of the object that holds the key, from the root
 * @param root the whole configuration as it was written
 */
export type Suggest = (path: Path, key: string, root: unknown) => string | undefined;

/** A configuration with the schema that rejected it. */
interface Subject {
  readonly schema: z.ZodType;
  readonly root: unknown;
  readonly suggest: Suggest;
}

const constantsOf = ({ properties }: JsonSchema): [string, unknown][] =>
  Object.entries(isObject(properties) ? properties : {}).flatMap(([key, s]) =>
    isObject(s) && s['const'] !== undefined ? [[key, s['const']]] : [],
  );
const isRequired = ({ required }: JsonSchema, key: string): boolean =>
  Array.isArray(required) && required.includes(key);

/**
 * Whether no constant of an object's schema contradicts the value: constants tell the alternatives of a union apart.
 *
 * @param implied keys whose absence names an alternative too
 */
const fits = (schema: JsonSchema, value: unknown, implied: readonly string[] = []): boolean =>
  !isObject(value) ||
  constantsOf(schema).every(([key, constant]) =>
    value[key] === undefined ? !(implied.includes(key) && isRequired(schema, key)) : value[key] === constant,
  );

/** Of a union's alternatives those that the value's constants name; all where they name none. */
function fittingBranches(schema: JsonSchema, value: unknown): unknown[] {
  const branches = ['anyOf', 'oneOf', 'allOf'].flatMap((key) =>
    Array.isArray(schema[key]) ? (schema[key] as unknown[]).filter(isObject) : [],
  );
  const implied = branches.flatMap((b) => constantsOf(b).flatMap(([key]) => (isRequired(b, key) ? [] : [key])));
  const fitting = branches.filter((b) => fits(b, value, implied));
  return fitting.length > 0 ? fitting : branches;
}

/** The schemas a value at a path may have to satisfy: unions give several. */
function schemasAt(schema: unknown, path: Path, value: unknown): JsonSchema[] {
  if (!isObject(schema)) return [];
  const branches = fittingBranches(schema, value);
  const [head, ...rest] = path;
  if (head === undefined) return [schema, ...branches.flatMap((b) => schemasAt(b, path, value))];
  const { properties, additionalProperties, items } = schema;
  const next =
    typeof head === 'number'
      ? items
      : ((isObject(properties) ? properties[String(head)] : undefined) ?? additionalProperties);
  return [...schemasAt(next, rest, valueAt(value, [head])), ...branches.flatMap((b) => schemasAt(b, path, value))];
}

/** The sets of keys an object at a path may have, given what it says where alternatives are told apart by a constant. */
function allowedKeySets({ schema, root }: Subject, path: Path): string[][] {
  const candidates = schemasAt(z.toJSONSchema(schema, { io: 'input' }), path, root).filter((s) =>
    isObject(s['properties']),
  );
  const value = valueAt(root, path);
  const fitting = candidates.filter((s) => fits(s, value));
  const chosen = fitting.length > 0 ? fitting : candidates;
  return chosen.map((s) => Object.keys(s['properties'] as JsonSchema));
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) value = isObject(value) || Array.isArray(value) ? (value as never)[key] : undefined;
  return value;
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return JSON.stringify(value);
}

function oneOf(found: unknown, allowed: readonly string[]): string {
  const near = typeof found === 'string' ? nearestName(found, allowed) : undefined;
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return `found ${describe(found)}; allowed: ${allowed.join(', ')}.${hint}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};
const typeName = (expected: string): string => typeNames[expected] ?? expected;

/** Of a union's alternatives, those whose shape fits, the one the author most likely had in mind first. */
function likeliest(branches: readonly (readonly Issue[])[]): readonly (readonly Issue[])[] {
  const shapeFits = (issues: readonly Issue[]) =>
    !issues.some((i) => i.path.length === 0 && i.code !== 'unrecognized_keys' && i.code !== 'custom');
  return branches.filter(shapeFits).toSorted((a, b) => a.length - b.length);
}

/** The keys of which an object lacks exactly one, when nothing but its key tells the alternatives apart; else none. */
function lackingOneOf(branches: readonly (readonly Issue[])[], value: unknown): string[] {
  const lacking = branches.map((issues) =>
    issues.flatMap(({ path: [key, ...deeper] }) =>
      key !== undefined && deeper.length === 0 && valueAt(value, [key]) === undefined ? [String(key)] : [],
    ),
  );
  const keys = new Set(lacking.flat());
  return keys.size > 1 && lacking.every(({ length }, i) => length === 1 && branches[i]?.length === 1) ? [...keys] : [];
}

/** What scalars and constants a union accepts, when no alternative's shape fits. */
function alternatives(issues: readonly Issue[]): string[] {
  return issues.flatMap((i): string[] => {
    if (i.code === 'invalid_value') return i.values.map(String);
    if (i.code === 'invalid_type') return [typeName(i.expected)];
    if (i.code === 'invalid_union') return i.errors.flatMap(alternatives);
    return [i.message];
  });
}

/** A setting that no alternative has, or one that the alternative at hand does not have beside the other settings. */
function whyNotKnown(
  key: string,
  keySets: readonly (readonly string[])[],
  found: unknown,
  suggested: string | undefined,
): string {
  const allowed = [...new Set(keySets.flat())];
  if (allowed.includes(key)) {
    const together = (other: string) => keySets.some((keys) => keys.includes(key) && keys.includes(other));
    const clashing = Object.keys(isObject(found) ? found : {}).filter((other) => other !== key && !together(other));
    return `cannot be set together with ${clashing.join(', ')}.`;
  }
  const near = suggested ?? nearestName(key, allowed);
  return `not a known setting. ${near === undefined ? `Allowed: ${allowed.join(', ')}.` : `Did you mean ${near}?`}`;
}

/** What an alternative has against a value: keys of the object itself that it does not know, and all else. */
interface Objections {
  readonly unknown: readonly string[];
  readonly issues: readonly Issue[];
}
function objectionsOf(issues: readonly Issue[]): Objections {
  const isOwnKeys = (i: Issue) => i.code === 'unrecognized_keys' && i.path.length === 0;
  return {
    unknown: issues.flatMap((i) => (i.code === 'unrecognized_keys' && i.path.length === 0 ? i.keys : [])),
    issues: issues.filter((i) => !isOwnKeys(i)),
  };
}
const isSame = (a: Issue) => (b: Issue) => JSON.stringify([a.path, a.message]) === JSON.stringify([b.path, b.message]);

/**
 * What is wrong with an object that fits none of several alternatives, of which any may be meant: first what is wrong by all
 * of them, then what the likeliest one lacks. A misspelt key stands for the key that was probably meant.
 */
function explainAlternatives(branches: readonly (readonly Issue[])[], path: Path, subject: Subject): ConfigProblem[] {
  const found = valueAt(subject.root, path);
  const keySets = allowedKeySets(subject, path);
  const objections = branches.map(objectionsOf);
  const byAll = <T>(of: (own: Objections) => readonly T[], same: (a: T) => (b: T) => boolean): T[] =>
    objections
      .slice(0, 1)
      .flatMap((own) => of(own).filter((item) => objections.every((any) => of(any).some(same(item)))));
  const unknown = byAll(
    (own) => own.unknown,
    (a) => (b) => a === b,
  );
  const shared = byAll((own) => own.issues, isSame);
  const meant = unknown.map((key) => nearestName(key, keySets.flat()));
  const isLacking = ({ path: [key, ...deeper] }: Issue) =>
    key !== undefined && deeper.length === 0 && valueAt(found, [key]) === undefined;
  const rest = objections.map((own) => ({
    unknown: own.unknown.filter((key) => !unknown.includes(key)),
    issues: own.issues.filter((i) => !shared.some(isSame(i)) && !(isLacking(i) && meant.includes(String(i.path[0])))),
  }));
  const explainAll = ({ unknown: keys, issues }: Objections): ConfigProblem[] => [
    ...keys.map((key) => ({
      path: [...path, key],
      message: whyNotKnown(key, keySets, found, subject.suggest(path, key, subject.root)),
      atKey: true,
    })),
    ...issues.flatMap((inner) => explain(inner, path, subject)),
  ];
  // an alternative that does not know a key of the object is not the one that was meant
  const lacking = lackingOneOf(
    rest.filter((own) => own.unknown.length === 0).map((own) => own.issues),
    found,
  );
  // the keys that are there say more of what was meant than the values do
  const misfit = (own: Objections) => own.unknown.length + own.issues.filter(isLacking).length;
  const [likeliestRest] = rest.toSorted((a, b) => misfit(a) - misfit(b) || a.issues.length - b.issues.length);
  return [
    ...explainAll({ unknown, issues: shared }),
    ...(lacking.length > 0
      ? [{ path, message: `one of ${lacking.join(', ')} is missing.`, atKey: false }]
      : explainAll(likeliestRest ?? { unknown: [], issues: [] })),
  ];
}

function explain(issue: Issue, base: Path, subject: Subject): ConfigProblem[] {
  const path = [...base, ...issue.path];
  const found = valueAt(subject.root, path);
  const problem = (message: string): ConfigProblem[] => [{ path, message, atKey: false }];
  const required = found === undefined;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const keySets = allowedKeySets(subject, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: whyNotKnown(key, keySets, found, subject.suggest(path, key, subject.root)),
        atKey: true,
      }));
    }
    case 'invalid_value':
      return problem(
        required ? `missing; allowed: ${issue.values.map(String).join(', ')}.` : oneOf(found, issue.values.map(String)),
      );
    case 'invalid_type':
      return problem(
        required
          ? `missing; expected ${typeName(issue.expected)}.`
          : `found ${describe(found)}; expected ${typeName(issue.expected)}.`,
      );
    case 'invalid_union': {
      // A discriminator with a default has undefined among its options: it may be left out.
      const options = (issue as { options?: readonly unknown[] }).options?.filter((o) => o !== undefined);
      if (options)
        return problem(
          required ? `missing; allowed: ${options.map(String).join(', ')}.` : oneOf(found, options.map(String)),
        );
      const fitting = likeliest(issue.errors);
      if (fitting.length > 0) return explainAlternatives(fitting, path, subject);
      const taken = [...new Set(issue.errors.flatMap(alternatives))];
      return problem(required ? `missing; allowed: ${taken.join(', ')}.` : oneOf(found, taken));
    }
    case 'invalid_key':
      return [{ path, message: `not a valid name: ${issue.issues.map((i) => i.message).join('; ')}.`, atKey: true }];
    case 'invalid_format':
      return problem(
        `found ${describe(found)}; expected ${issue.message.replace(/^Invalid string: must match/, 'a text that matches')}.`,
      );
    case 'too_small':
      return problem(
        `found ${describe(found)}; must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}${unit(issue.origin)}.`,
      );
    case 'too_big':
      return problem(
        `found ${describe(found)}; must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}${unit(issue.origin)}.`,
      );
    default:
      return problem(`${issue.message}.`);
  }
}

const unit = (origin: string): string =>
  origin === 'string' ? ' characters long' : origin === 'array' ? ' entries long' : '';

/** Everything wrong with a configuration that `schema` rejected, in plain words. */
export const explainIssues = (
  error: z.ZodError,
  schema: z.ZodType,
  root: unknown,
  suggest: Suggest = () => undefined,
): ConfigProblem[] => error.issues.flatMap((issue) => explain(issue, [], { schema, root, suggest }));
