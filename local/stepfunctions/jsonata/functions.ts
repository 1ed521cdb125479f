import { createHash, randomUUID } from 'node:crypto';

/** Where the functions get time and chance from; tests pin both. */
export interface FunctionSources {
  readonly now: () => number;
  readonly random: () => number;
}

const hashAlgorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
/** AWS refuses longer results of `$range`. */
const MAX_RANGE = 1000;

function refuse(name: string, expected: string): never {
  throw new Error(`$${name}: ${expected}`);
}

/** Marks an array as a JSONata result sequence, which the language unwraps when it has a single member. */
const asSequence = (items: unknown[]): unknown[] => Object.assign(items, { sequence: true });

/** Splits an array into chunks of `size`; the last may be shorter. */
function partition(items: unknown, size: unknown): unknown {
  if (items === undefined) return undefined;
  if (typeof size !== 'number' || Math.trunc(size) < 1) refuse('partition', 'the chunk size must be a positive number');
  const list = Array.isArray(items) ? items : [items];
  const step = Math.trunc(size);
  return Array.from({ length: Math.ceil(list.length / step) }, (_, i) => list.slice(i * step, (i + 1) * step));
}

/** Numbers from `start` to `end`, both included, by `step`; a single number comes unwrapped, as AWS returns it. */
function range(start: unknown, end: unknown, step: unknown = 1): unknown {
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number') {
    refuse('range', 'start, end and step must be numbers');
  }
  if (step === 0) refuse('range', 'the step must not be 0');
  const length = Math.floor((end - start) / step) + 1;
  if (length > MAX_RANGE) refuse('range', `at most ${MAX_RANGE} numbers, this would be ${length}`);
  return asSequence(Array.from({ length: Math.max(0, length) }, (_, i) => start + i * step));
}

function hash(data: unknown, algorithm: unknown = 'SHA-256'): unknown {
  if (data === undefined) return undefined;
  const name = typeof algorithm === 'string' ? hashAlgorithms[algorithm] : undefined;
  if (name === undefined) refuse('hash', `the algorithm must be one of ${Object.keys(hashAlgorithms).join(', ')}`);
  if (typeof data !== 'string') refuse('hash', 'the data must be a string');
  return createHash(name).update(data).digest('hex');
}

/** The mulberry32 generator's first number in [0, 1) for a seed. */
function seededRandom(seed: number): number {
  let t = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') refuse('parse', 'the argument must be a string of JSON');
  try {
    return JSON.parse(text);
  } catch {
    return refuse('parse', 'the argument is not valid JSON');
  }
}

/**
 * The functions Step Functions adds to JSONata (developer guide, "JSONata functions provided by Step Functions").
 * `$eval` is bound to nothing, which removes it.
 */
export const stepFunctionsFunctions = ({ random }: FunctionSources): Readonly<Record<string, unknown>> => ({
  partition: (items: unknown, size: unknown) => partition(items, size),
  range: (start: unknown, end: unknown, step: unknown) => range(start, end, step),
  hash: (data: unknown, algorithm: unknown) => hash(data, algorithm),
  random: (seed: unknown) => (typeof seed === 'number' ? seededRandom(seed) : random()),
  uuid: () => randomUUID(),
  parse: (text: unknown) => parse(text),
  eval: undefined,
});

/** Names that exist besides JSONata's own. */
export const addedFunctionNames: readonly string[] = ['partition', 'range', 'hash', 'random', 'uuid', 'parse'];
