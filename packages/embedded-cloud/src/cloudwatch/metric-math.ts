import { AwsError } from '#src/cloud/service';

/** Values of one time series: start of a period (ms) → value. */
export type Series = ReadonlyMap<number, number>;
type Operand = number | Series;

const refuse = (expression: string, message: string): AwsError =>
  new AwsError('ValidationError', `Error in expression '${expression}': ${message}`);

const isSeries = (value: Operand | undefined): value is Series => value instanceof Map;

type Combine = (a: number, b: number) => number;
const bit = (value: boolean): number => (value ? 1 : 0);

const OPERATORS: readonly Readonly<Record<string, Combine>>[] = [
  { '||': (a, b) => bit(a !== 0 || b !== 0), OR: (a, b) => bit(a !== 0 || b !== 0) },
  { '&&': (a, b) => bit(a !== 0 && b !== 0), AND: (a, b) => bit(a !== 0 && b !== 0) },
  {
    '==': (a, b) => bit(a === b),
    '!=': (a, b) => bit(a !== b),
    '<=': (a, b) => bit(a <= b),
    '>=': (a, b) => bit(a >= b),
    '<': (a, b) => bit(a < b),
    '>': (a, b) => bit(a > b),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
  { '^': (a, b) => a ** b },
];

/** A point is where every series of the operation has one; what is no number (a division by 0) is left out. */
function zip(operands: readonly Operand[], combine: (...values: number[]) => number): Operand {
  const series = operands.filter(isSeries);
  const at = (time: number): number | undefined => {
    const values = operands.map((operand) => (isSeries(operand) ? operand.get(time) : operand));
    return values.every((value) => value !== undefined) ? combine(...(values as number[])) : undefined;
  };
  const [first] = series;
  if (!first) return combine(...(operands as number[]));
  const points = [...first.keys()].flatMap((time) => {
    const value = at(time);
    return value !== undefined && Number.isFinite(value) ? [[time, value] as const] : [];
  });
  return new Map(points);
}

/** Statistic over the points of one series: a number. Over several series: point by point. */
const aggregate =
  (of: (values: readonly number[]) => number) =>
  (operands: readonly Operand[]): Operand => {
    const [only] = operands;
    if (operands.length === 1 && isSeries(only)) return of([...only.values()]);
    const times = new Set(operands.filter(isSeries).flatMap((series) => [...series.keys()]));
    // A series that lacks a point is left out of it.
    const points = [...times]
      .sort((a, b) => a - b)
      .map((time) => {
        const values = operands.flatMap((operand) => (isSeries(operand) ? (operand.get(time) ?? []) : operand));
        return [time, of(values)] as const;
      });
    return new Map(points);
  };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const differences = (operand: Operand | undefined, per: (from: number, to: number) => number): Operand => {
  if (!isSeries(operand)) return 0;
  const points = [...operand].sort(([a], [b]) => a - b);
  return new Map(
    points.slice(1).map(([time, value], index) => {
      const [before = time, previous = value] = points[index] ?? [];
      return [time, (value - previous) / per(before, time)];
    }),
  );
};

const FUNCTIONS: Readonly<Record<string, (operands: readonly Operand[], times: readonly number[]) => Operand>> = {
  ABS: (operands) => zip(operands, Math.abs),
  CEIL: (operands) => zip(operands, Math.ceil),
  FLOOR: (operands) => zip(operands, Math.floor),
  AVG: aggregate((values) => sum(values) / values.length),
  SUM: aggregate(sum),
  MIN: aggregate((values) => Math.min(...values)),
  MAX: aggregate((values) => Math.max(...values)),
  DIFF: ([series]) => differences(series, () => 1),
  RATE: ([series]) => differences(series, (from, to) => (to - from) / 1000),
  IF: ([condition = 0, yes = 0, no]) =>
    no === undefined && isSeries(condition)
      ? zip([new Map([...condition].filter(([, value]) => value !== 0)), yes], (_, value) => value)
      : zip([condition, yes, no ?? 0], (is, value, other) => (is !== 0 ? value : other)),
  FILL: ([series, value = 0], times) =>
    isSeries(series)
      ? new Map(times.map((time) => [time, series.get(time) ?? (isSeries(value) ? (value.get(time) ?? 0) : value)]))
      : (series ?? 0),
};

const TOKEN = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z]\w*|\|\||&&|[<>=!]=|[-+*/^<>(),])/y;

/** Evaluates one expression. @param times the requested periods (ms), which FILL fills */
export type MetricMath = (series: Others, times: readonly number[]) => Series;

/** The series of other queries by Id, computed on demand. */
export interface Others {
  get(id: string): Series | undefined;
}

/**
 * Reads a metric-math expression: arithmetic, comparisons, AND and OR, and the functions ABS, AVG, CEIL, DIFF, FILL,
 * FLOOR, IF, MAX, METRICS, MIN, RATE and SUM (CloudWatch User Guide, "Using math expressions").
 * @param ids of the other queries it may name
 * @param metricIds of the queries that METRICS() returns
 * @throws AwsError `ValidationError` naming what is not known
 */
export function parseMetricMath(expression: string, ids: readonly string[], metricIds: readonly string[]): MetricMath {
  type Node = (series: Others, times: readonly number[]) => Operand;
  const rest: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (!match?.[1]) throw refuse(expression, `"${expression.slice(at).trim()}" cannot be read.`);
    rest.push(match[1]);
  }
  const expect = (token: string): void => {
    const got = rest.shift();
    if (got !== token) throw refuse(expression, `"${token}" is missing${got === undefined ? '' : ` before "${got}"`}.`);
  };
  const binary = (level: number): Node => {
    const operators = OPERATORS[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    for (let combine = operators[rest[0] ?? '']; combine; combine = operators[rest[0] ?? '']) {
      rest.shift();
      const [a, b, how] = [left, binary(level + 1), combine];
      left = (series, times) => zip([a(series, times), b(series, times)], how);
    }
    return left;
  };
  const unary = (): Node => {
    const token = rest.shift();
    if (token === '-') {
      const of = unary();
      return (series, times) => zip([of(series, times)], (value) => -value);
    }
    if (token === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    if (token !== undefined && /^\d/.test(token)) return () => Number(token);
    if (token === undefined || !/^[A-Za-z]/.test(token))
      throw refuse(expression, `"${token ?? 'its end'}" is out of place.`);
    return rest[0] === '(' ? call(token) : named(token);
  };
  const named = (id: string): Node => {
    if (!ids.includes(id))
      throw refuse(expression, `no query has the Id ${id}. There are: ${ids.join(', ') || 'none'}.`);
    return (series) => series.get(id) ?? new Map();
  };
  const call = (name: string): Node => {
    expect('(');
    const args: Node[] = [];
    while (rest.length > 0 && rest[0] !== ')') {
      args.push(binary(0));
      if (rest[0] === ',') rest.shift();
    }
    expect(')');
    if (name === 'METRICS') throw refuse(expression, 'METRICS() is an argument of SUM, AVG, MIN or MAX alone.');
    const run = FUNCTIONS[name];
    if (!run)
      throw refuse(expression, `${name} is not emulated. Known: ${Object.keys(FUNCTIONS).join(', ')}, METRICS.`);
    return (series, times) =>
      run(
        args.map((arg) => arg(series, times)),
        times,
      );
  };
  const spread = rest.findIndex(
    (token, index) => token === 'METRICS' && rest[index + 1] === '(' && rest[index + 2] === ')',
  );
  if (spread >= 0) rest.splice(spread, 3, ...metricIds.flatMap((id, index) => (index === 0 ? [id] : [',', id])));
  const whole = binary(0);
  if (rest.length > 0) throw refuse(expression, `"${rest[0]}" is out of place.`);
  return (series, times) => {
    const result = whole(series, times);
    return isSeries(result) ? result : new Map(times.map((time) => [time, result]));
  };
}
