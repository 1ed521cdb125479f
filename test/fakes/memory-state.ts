import { isDeepStrictEqual } from 'node:util';
import type { Condition, StateItem, StateStore } from '#functions/ports/state-store';

/** A state table in memory; conditions are evaluated as DynamoDB evaluates them. */
export interface MemoryState extends StateStore {
  /** Every item by `pk / sk`, with its keys: what to compare two states by. */
  everything(): Record<string, StateItem>;
  clear(): void;
}

/** Tokens of an expression: names, placeholders, operators, brackets. */
const tokensOf = (expression: string): string[] => expression.match(/<>|<=|>=|[=<>(),]|[#:]?\w+/g) ?? [];

/**
 * Evaluates a condition on an item: AND, OR, brackets, comparisons, `attribute_exists` and `attribute_not_exists`, which are
 * all that Tidegate uses. A comparison with an attribute that is not there is false.
 *
 * @throws Error for anything else, so that a new kind of expression cannot pass unnoticed
 */
export function holds({ expression, names = {}, values = {} }: Condition, item: StateItem | undefined): boolean {
  const tokens = tokensOf(expression);
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(`${expression}: ${expected ?? 'more'} is missing`);
    return token;
  };
  const attribute = (token: string): unknown => {
    const name = token.startsWith('#') ? names[token] : token;
    if (name === undefined) throw new Error(`${expression}: ${token} has no name`);
    return item?.[name];
  };
  const operand = (token: string): unknown => {
    if (!token.startsWith(':')) return attribute(token);
    if (!(token in values)) throw new Error(`${expression}: ${token} has no value`);
    return values[token];
  };
  const compare = (left: unknown, operator: string, right: unknown): boolean => {
    if (operator === '=') return left !== undefined && isDeepStrictEqual(left, right);
    if (operator === '<>') return !isDeepStrictEqual(left, right);
    if (typeof left !== typeof right || (typeof left !== 'string' && typeof left !== 'number')) return false;
    const [a, b] = [left, right as typeof left];
    if (operator === '<') return a < b;
    if (operator === '<=') return a <= b;
    if (operator === '>') return a > b;
    if (operator === '>=') return a >= b;
    throw new Error(`${expression}: ${operator} is not known here`);
  };
  const term = (): boolean => {
    const token = take();
    if (token === '(') {
      const inner = either();
      take(')');
      return inner;
    }
    if (token === 'attribute_exists' || token === 'attribute_not_exists') {
      take('(');
      const exists = attribute(take()) !== undefined;
      take(')');
      return exists === (token === 'attribute_exists');
    }
    return compare(operand(token), take(), operand(take()));
  };
  const all = (): boolean => {
    let result = term();
    while (tokens[at] === 'AND') {
      take();
      const next = term();
      result = result && next;
    }
    return result;
  };
  const either = (): boolean => {
    let result = all();
    while (tokens[at] === 'OR') {
      take();
      const next = all();
      result = result || next;
    }
    return result;
  };
  const result = either();
  if (at !== tokens.length) throw new Error(`${expression}: cannot read from ${tokens[at]}`);
  return result;
}

const copy = (item: StateItem): StateItem => JSON.parse(JSON.stringify(item)) as StateItem;

/** Makes an empty state table. */
export function memoryState(): MemoryState {
  const items = new Map<string, StateItem>();
  const keyOf = (pk: string, sk: string) => `${pk} / ${sk}`;
  const change = (pk: string, sk: string, condition: Condition | undefined, apply: (item?: StateItem) => void) => {
    const item = items.get(keyOf(pk, sk));
    if (condition && !holds(condition, item)) return Promise.resolve(false);
    apply(item);
    return Promise.resolve(true);
  };
  return {
    get: (pk, sk) => {
      const item = items.get(keyOf(pk, sk));
      return Promise.resolve(item && copy(item));
    },
    put: (pk, sk, item, condition) =>
      change(pk, sk, condition, () => items.set(keyOf(pk, sk), copy({ ...item, pk, sk }))),
    set: (pk, sk, attributes, condition) =>
      change(pk, sk, condition, (item) => items.set(keyOf(pk, sk), copy({ ...item, ...copy(attributes), pk, sk }))),
    remove: (pk, sk, condition) => change(pk, sk, condition, () => items.delete(keyOf(pk, sk))),
    list: (pk, skPrefix, limit = Number.POSITIVE_INFINITY) =>
      Promise.resolve(
        [...items.values()]
          .filter((item) => item['pk'] === pk && String(item['sk']).startsWith(skPrefix))
          .toSorted((a, b) => (String(a['sk']) < String(b['sk']) ? 1 : -1))
          .slice(0, limit)
          .map(copy),
      ),
    everything: () => Object.fromEntries([...items].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    clear: () => items.clear(),
  };
}
