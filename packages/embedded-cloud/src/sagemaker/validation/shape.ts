import { isJsonObject } from '#src/cloud/json-protocol';
import { isEmpty } from '#src/cloud/members';
import { AwsError } from '#src/cloud/service';

/**
 * What the embedded cloud reads of a request: the members and their types, nothing else. What AWS demands of them was
 * checked before, by the service model (`request.ts`).
 */
export interface Shape<T> {
  /** Reports by path what is missing or of a type that cannot be used. */
  check(value: unknown, path: string, report: (fault: string) => void): void;
  /** Never set: carries the type. */
  readonly type?: T;
}

/** The type of a checked request. */
export type Of<S> = S extends Shape<infer T> ? T : never;

const anything: Shape<never>['check'] = () => {};

export const text = (): Shape<string> => ({ check: anything });
export const integer = (): Shape<number> => ({ check: anything });
export const real = (): Shape<number> => ({ check: anything });
export const flag = (): Shape<boolean> => ({ check: anything });
/** Seconds since the epoch, as the JSON protocol sends times. */
export const timestamp = (): Shape<number> => ({ check: anything });

/** A member that the operation refuses itself, with its reason. */
export const refusedLater = (): Shape<object> => ({ check: anything });

/** One of the given values; AWS may know more. */
export const oneOf = <const V extends string>(...allowed: readonly V[]): Shape<V> => ({
  check: (value, path, report) => {
    if (!allowed.some((word) => word === value)) {
      report(`'${String(value)}' at '${path}' is not supported by the embedded cloud: use ${allowed.join(', ')}`);
    }
  },
});

export const list = <T>(item: Shape<T>): Shape<readonly T[]> => ({
  check: (value, path, report) => {
    if (!Array.isArray(value)) return;
    value.forEach((member, index) => {
      item.check(member, `${path}.${index + 1}.member`, report);
    });
  },
});

export const map = <T>(_key: Shape<string>, item: Shape<T>): Shape<Readonly<Record<string, T>>> => ({
  check: (value, path, report) => {
    if (!isJsonObject(value)) return;
    for (const [name, member] of Object.entries(value)) item.check(member, `${path}.${name}.member`, report);
  },
});

type Members = Readonly<Record<string, Shape<unknown>>>;
type Required<M extends Members> = { readonly [K in keyof M]: Of<M[K]> };
type Optional<M extends Members> = { readonly [K in keyof M]?: Of<M[K]> };

/** Members that the embedded cloud needs, and optional ones; others are refused, for they would be dropped without a word. */
export const structure = <R extends Members, O extends Members = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<Required<R> & Optional<O>> => ({
  check: (value, path, report) => {
    if (!isJsonObject(value)) return;
    for (const [name, shape] of Object.entries<Shape<unknown>>({ ...required, ...optional })) {
      const member = value[name];
      const at = join(path, name);
      if (member !== undefined && member !== null) shape.check(member, at, report);
      else if (Object.hasOwn(required, name)) {
        report(`Value null at '${at}' failed to satisfy constraint: Member must not be null`);
      }
    }
    for (const [name, member] of Object.entries(value)) {
      if (Object.hasOwn(required, name) || (optional && Object.hasOwn(optional, name)) || isEmpty(member)) continue;
      report(`'${join(path, name)}' is not supported by the embedded cloud: leave it out`);
    }
  },
});

/** As in the messages of `request.ts`: `inputDataConfig.1.member.channelName`. */
const join = (path: string, name: string): string => {
  const camel = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return path === '' ? camel : `${path}.${camel}`;
};

/**
 * The request, typed, once it has what the embedded cloud needs.
 * @throws AwsError ValidationException that lists what is missing or not supported
 */
export const parse = <T>(shape: Shape<T>, value: unknown): T => {
  const faults: string[] = [];
  shape.check(value, '', (fault) => faults.push(fault));
  if (faults.length > 0) {
    const count = faults.length === 1 ? '1 validation error' : `${faults.length} validation errors`;
    throw new AwsError('ValidationException', `${count} detected: ${faults.join('; ')}`);
  }
  return value as T;
};
