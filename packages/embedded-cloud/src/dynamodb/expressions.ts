import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';

/** An attribute value as on the wire: one type and its value. */
type Value = JsonObject;

/** A parsed condition or filter, as dynalite's parsers give it. */
export interface Expression {
  readonly type: string;
  readonly name?: string;
  /** Expressions, literal values, or paths (lists). */
  readonly args: readonly unknown[];
}

/** What is taken over from dynalite: how a path is read, and how two values compare. */
export interface Comparing {
  mapPath(path: unknown, item: JsonObject): Value | undefined;
  compare(operator: string, value: Value | undefined, others: readonly (Value | undefined)[]): unknown;
}

const typeOf = (value: Value | undefined): string | undefined => (value ? Object.keys(value)[0] : undefined);
const isDocument = (value: Value | undefined): boolean => ['M', 'L'].includes(typeOf(value) ?? '');

/**
 * Whether two attribute values are equal, maps and lists member by member, sets in any order (DynamoDB Developer Guide,
 * "Comparison operator and function reference"). Numbers are compared as dynalite normalizes them.
 */
function isSameValue(a: Value | undefined, b: Value | undefined): boolean {
  const type = typeOf(a);
  if (a === undefined || b === undefined || type === undefined || type !== typeOf(b)) return false;
  const [left, right] = [a[type], b[type]];
  if (type === 'L' && Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, index) => isSameValue(value as Value, right[index]));
  }
  if (type === 'M' && isJsonObject(left) && isJsonObject(right)) {
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => isSameValue(left[name] as Value | undefined, right[name] as Value | undefined))
    );
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value) => right.includes(value));
  }
  return left === right;
}

/** Operators that know an order, which only these types have. */
const ORDERED = new Set(['<', '<=', '>', '>=', 'between']);
const WITH_ORDER = new Set(['S', 'N', 'B']);
const NAMES: Readonly<Record<string, string>> = { between: 'BETWEEN' };

/**
 * The first literal operand that its operator does not accept, as DynamoDB reports it; attributes of such types are only known
 * when an item is looked at, and then compare as false.
 */
export function wrongOperand({ type, args }: Expression): string | undefined {
  if (type === 'and' || type === 'or' || type === 'not') {
    for (const argument of args) {
      const wrong = wrongOperand(argument as Expression);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  if (!ORDERED.has(type)) return undefined;
  for (const argument of args) {
    if (Array.isArray(argument) || (argument as Partial<Expression>).type === 'function') continue;
    const operand = typeOf(argument as Value) ?? '';
    if (!WITH_ORDER.has(operand))
      return `Incorrect operand type for operator or function; operator or function: ${NAMES[type] ?? type}, operand type: ${operand}`;
  }
  return undefined;
}

const sizeOf = (value: Value | undefined): number | undefined => {
  const type = typeOf(value);
  const inner = type === undefined ? undefined : value?.[type];
  if (type === 'S') return Buffer.byteLength(String(inner));
  if (type === 'B') return Buffer.byteLength(String(inner), 'base64');
  if (Array.isArray(inner)) return inner.length;
  return type === 'M' && isJsonObject(inner) ? Object.keys(inner).length : undefined;
};

/**
 * Whether an item fulfils a condition. dynalite never finds two maps or lists equal, so equality of these, `IN` and
 * `contains` are decided here; everything else is left to it.
 */
export function fulfils(expression: Expression, item: JsonObject, tools: Comparing): boolean {
  const { type, name, args } = expression;
  const inner = (index: number): boolean => fulfils(args[index] as Expression, item, tools);
  if (type === 'and') return inner(0) && inner(1);
  if (type === 'or') return inner(0) || inner(1);
  if (type === 'not') return !inner(0);
  const [first, ...others] = args.map((argument) => operand(argument, item, tools));
  switch (type === 'function' ? name : type) {
    case '=':
      if (isDocument(first) || isDocument(others[0])) return isSameValue(first, others[0]);
      break;
    case '<>':
      if (isDocument(first) || isDocument(others[0])) return !isSameValue(first, others[0]);
      break;
    case 'in':
      if (isDocument(first)) return others.some((other) => isSameValue(first, other));
      break;
    case 'contains':
      if (typeOf(first) === 'L') return ((first?.['L'] ?? []) as Value[]).some((each) => isSameValue(each, others[0]));
      break;
  }
  return Boolean(tools.compare(String(type === 'function' ? name : type), first, others));
}

function operand(argument: unknown, item: JsonObject, tools: Comparing): Value | undefined {
  if (Array.isArray(argument)) return tools.mapPath(argument, item) ?? undefined;
  const { type, name, args = [] } = argument as Partial<Expression>;
  if (type !== 'function' || name !== 'size') return argument as Value;
  const size = sizeOf(operand(args[0], item, tools));
  return size === undefined ? undefined : { N: String(size) };
}
