import { BlockList, isIP } from 'node:net';
import type { Condition } from './policy.ts';
import { asLiteral, literalText, matchesArn, matchesWildcard } from './wildcard.ts';

/** What a request offers to conditions: key in lower case → its values. */
export type ConditionContext = ReadonlyMap<string, readonly string[]>;

/** Condition keys are compared without regard to case. */
export function contextOf(values: Readonly<Record<string, string | readonly string[]>>): ConditionContext {
  return new Map(
    Object.entries(values).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
  );
}

type Test = (given: string, wanted: string) => boolean;

/** An empty text is no number, though JavaScript takes it for 0. */
const toNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

const numeric =
  (compare: (a: number, b: number) => boolean): Test =>
  (given, wanted) => {
    const [a, b] = [toNumber(given), toNumber(wanted)];
    return !Number.isNaN(a) && !Number.isNaN(b) && compare(a, b);
  };

/** ISO 8601, or seconds since the epoch. */
const toTime = (text: string): number => (/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const date =
  (compare: (a: number, b: number) => boolean): Test =>
  (given, wanted) => {
    const [a, b] = [toTime(given), toTime(wanted)];
    return !Number.isNaN(a) && !Number.isNaN(b) && compare(a, b);
  };

const inNetwork: Test = (given, wanted) => {
  const [network = '', bits] = wanted.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(given) !== family) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  const longest = family === 6 ? 128 : 32;
  const length = bits === undefined ? longest : Number(bits);
  // A variable may have put anything here.
  if (!(length >= 0 && length <= longest)) return false;
  list.addSubnet(network, length, type);
  return list.check(given, type);
};

const equalsIgnoreCase: Test = (given, wanted) => given.toLowerCase() === wanted.toLowerCase();

/** The positive operators; the negated ones are true where none of these is. */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (given, wanted) => given === wanted,
  StringEqualsIgnoreCase: equalsIgnoreCase,
  StringLike: (given, wanted) => matchesWildcard(wanted, given),
  NumericEquals: numeric((a, b) => a === b),
  NumericLessThan: numeric((a, b) => a < b),
  NumericLessThanEquals: numeric((a, b) => a <= b),
  NumericGreaterThan: numeric((a, b) => a > b),
  NumericGreaterThanEquals: numeric((a, b) => a >= b),
  DateEquals: date((a, b) => a === b),
  DateLessThan: date((a, b) => a < b),
  DateLessThanEquals: date((a, b) => a <= b),
  DateGreaterThan: date((a, b) => a > b),
  DateGreaterThanEquals: date((a, b) => a >= b),
  Bool: equalsIgnoreCase,
  BinaryEquals: (given, wanted) => given === wanted,
  IpAddress: inNetwork,
  // ArnEquals and ArnLike behave identically (IAM User Guide, "ARN condition operators").
  ArnEquals: (given, wanted) => matchesArn(wanted, given),
  ArnLike: (given, wanted) => matchesArn(wanted, given),
};

const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

/**
 * Puts policy variables in: `${aws:PrincipalTag/team}`, with a default after a comma and quotes, and `${*} ${?} ${$}`.
 * What comes in matches itself alone, wildcards in it included.
 * @returns a pattern; undefined when a variable has no single value and no default: such a text matches nothing
 */
export function substitute(text: string, context: ConditionContext): string | undefined {
  let missing = false;
  const result = text.replace(/\$\{([^},]+)(?:,\s*'([^']*)')?\}/g, (_, name: string, fallback: string | undefined) => {
    if (name === '*' || name === '?' || name === '$') return asLiteral(name);
    const values = context.get(name.trim().toLowerCase());
    const [value] = values ?? [];
    if (value !== undefined && values?.length === 1) return asLiteral(value);
    if (fallback !== undefined) return asLiteral(fallback);
    missing = true;
    return '';
  });
  return missing ? undefined : result;
}

const takesPatterns = (operator: string): boolean => /Like|Arn/.test(operator);

/**
 * Whether one condition holds. A missing key fails a positive operator and passes a negated or `…IfExists` one;
 * `ForAllValues` passes on a missing key, `ForAnyValue` fails (IAM User Guide, "Condition operators").
 * @param variables whether the policy is of the version that knows variables
 */
export function holds({ operator, key, values }: Condition, context: ConditionContext, variables: boolean): boolean {
  const given = context.get(key.toLowerCase());
  if (operator === 'Null')
    return values.some((value) => (value.toLowerCase() === 'true') === (given === undefined || given.length === 0));

  const [prefix, bare] = operator.includes(':') ? (operator.split(':') as [string, string]) : ['', operator];
  const ifExists = bare.endsWith('IfExists');
  const name = ifExists ? bare.slice(0, -'IfExists'.length) : bare;
  const positive = NEGATED[name];
  const test = TESTS[positive ?? name];
  if (!test) throw new Error(`Condition operator ${operator} is not known.`);

  const wanted = values
    .map((value) => (variables ? substitute(value, context) : value))
    .filter((value) => value !== undefined)
    .map((value) => (takesPatterns(name) ? value : literalText(value)));
  const matches = (value: string): boolean =>
    wanted.some((pattern) => test(value, pattern)) !== (positive !== undefined);
  if (given === undefined || given.length === 0) {
    if (prefix.startsWith('ForAll')) return true;
    if (prefix.startsWith('ForAny')) return false;
    return ifExists || positive !== undefined;
  }
  if (prefix.startsWith('ForAll')) return given.every(matches);
  if (prefix.startsWith('ForAny')) return given.some(matches);
  return positive === undefined ? given.some(matches) : given.every(matches);
}
