import { AwsError } from '#local/cloud/service';

/** Collects what is wrong with a request. */
export type Report = (path: string, value: unknown, constraint: string) => void;

/** One member of a request: what it must be, in the terms of AWS's service models; `T` is its type once checked. */
export interface Shape<T> {
  check(value: unknown, path: string, report: Report): void;
  /** Never set: carries the type. */
  readonly type?: T;
}

/** The type of a checked request. */
export type Of<S> = S extends Shape<infer T> ? T : never;

const mistyped = (value: unknown, path: string, wanted: string): never => {
  throw new AwsError('SerializationException', `${typeof value} at '${path}' can not be converted to ${wanted}`);
};

interface Length {
  readonly min?: number;
  readonly max?: number;
}

const checkLength = (length: number, { min, max }: Length, report: (constraint: string) => void): void => {
  if (min !== undefined && length < min) report(`Member must have length greater than or equal to ${min}`);
  if (max !== undefined && length > max) report(`Member must have length less than or equal to ${max}`);
};

/** @param pattern as the service model writes it: the whole text must match. */
export const text = (constraint: Length & { readonly pattern?: string } = {}): Shape<string> => {
  const { pattern } = constraint;
  const expression = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`, 'su');
  return {
    check: (value, path, report) => {
      if (typeof value !== 'string') return mistyped(value, path, 'a String');
      if (expression && !expression.test(value)) {
        report(path, value, `Member must satisfy regular expression pattern: ${pattern}`);
      }
      checkLength(value.length, constraint, (fault) => report(path, value, fault));
    },
  };
};

/** One of the given words. */
export const oneOf = <const V extends string>(...allowed: readonly V[]): Shape<V> => ({
  check: (value, path, report) => {
    if (typeof value !== 'string') return mistyped(value, path, 'a String');
    if (!allowed.some((word) => word === value)) {
      report(path, value, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
    }
  },
});

const numeric = (integer: boolean, { min, max }: Length): Shape<number> => ({
  check: (value, path, report) => {
    if (typeof value !== 'number' || (integer && !Number.isInteger(value))) {
      return mistyped(value, path, integer ? 'an Integer' : 'a Float');
    }
    if (min !== undefined && value < min) report(path, value, `Member must have value greater than or equal to ${min}`);
    if (max !== undefined && value > max) report(path, value, `Member must have value less than or equal to ${max}`);
  },
});
export const integer = (range: Length = {}): Shape<number> => numeric(true, range);
export const real = (range: Length = {}): Shape<number> => numeric(false, range);

export const flag = (): Shape<boolean> => ({
  check: (value, path) => {
    if (typeof value !== 'boolean') mistyped(value, path, 'a Boolean');
  },
});

/** Seconds since the epoch, as the JSON protocol sends times. */
export const timestamp = (): Shape<number> => real();

export const list = <T>(item: Shape<T>, length: Length = {}): Shape<readonly T[]> => ({
  check: (value, path, report) => {
    if (!Array.isArray(value)) return mistyped(value, path, 'a List');
    checkLength(value.length, length, (fault) => report(path, value, fault));
    value.forEach((member, index) => {
      item.check(member, `${path}.${index + 1}.member`, report);
    });
  },
});

export const map = <T>(
  key: Shape<string>,
  item: Shape<T>,
  length: Length = {},
): Shape<Readonly<Record<string, T>>> => ({
  check: (value, path, report) => {
    if (!isObject(value)) return mistyped(value, path, 'a Map');
    const entries = Object.entries(value);
    checkLength(entries.length, length, (fault) => report(path, value, fault));
    for (const [name, member] of entries) {
      key.check(name, `${path}.key`, report);
      item.check(member, `${path}.${name}.member`, report);
    }
  },
});

type Members = Readonly<Record<string, Shape<unknown>>>;
type Required<M extends Members> = { readonly [K in keyof M]: Of<M[K]> };
type Optional<M extends Members> = { readonly [K in keyof M]?: Of<M[K]> };

/** Members that must be there, and members that may; others are let pass, as AWS does. */
export const structure = <R extends Members, O extends Members = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<Required<R> & Optional<O>> => ({
  check: (value, path, report) => {
    if (!isObject(value)) return mistyped(value, path, 'a Structure');
    for (const [name, shape] of Object.entries<Shape<unknown>>(required)) {
      const member = value[name];
      const at = join(path, name);
      if (member === undefined || member === null) report(at, null, 'Member must not be null');
      else shape.check(member, at, report);
    }
    for (const [name, shape] of Object.entries<Shape<unknown>>(optional ?? {})) {
      const member = value[name];
      if (member !== undefined && member !== null) shape.check(member, join(path, name), report);
    }
  },
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** AWS names members in camel case in these messages: `InputDataConfig` is 'inputDataConfig'. */
const join = (path: string, name: string): string => {
  const camel = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return path === '' ? camel : `${path}.${camel}`;
};

const show = (value: unknown): string =>
  value === null ? 'null' : `'${typeof value === 'object' ? JSON.stringify(value) : String(value)}'`;

/**
 * Checks a whole request.
 * @throws AwsError ValidationException that lists every fault, in AWS's words; SerializationException for a wrong JSON type.
 */
export const parse = <T>(shape: Shape<T>, value: unknown): T => {
  const faults: string[] = [];
  shape.check(value, '', (path, found, constraint) =>
    faults.push(`Value ${show(found)} at '${path}' failed to satisfy constraint: ${constraint}`),
  );
  if (faults.length > 0) {
    const count = faults.length === 1 ? '1 validation error' : `${faults.length} validation errors`;
    throw new AwsError('ValidationException', `${count} detected: ${faults.join('; ')}`);
  }
  return value as T;
};
