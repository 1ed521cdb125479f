import { createHash, randomUUID } from 'node:crypto';
import { javaRandom } from './java-random.ts';
import { parseStrictJson } from './strict-json.ts';

/** Where the functions get time and chance from; tests pin both. */
export interface FunctionSources {
  readonly now: () => number;
  readonly random: () => number;
}

/** An error the library completes: the code chooses the text, the other members are filled in. */
class FunctionError extends Error {
  readonly code: string;
  readonly token: string;
  readonly index: number | undefined;
  constructor(code: string, token: string, detail: { readonly index?: number; readonly message?: string }) {
    super(detail.message);
    this.code = code;
    this.token = token;
    this.index = detail.index;
  }
}

/** "Argument 2 of function "range" does not match function signature". */
const wrongArgument = (token: string, index: number): FunctionError => new FunctionError('T0410', token, { index });
/** A value of the right type that the function does not take. */
const wrongValue = (token: string, message: string): FunctionError => new FunctionError('D3137', token, { message });

/** The text AWS gives for an expression that grows beyond its memory. */
export const MEMORY_EXCEEDED = 'Expression evaluation memory limit exceeded: Check for excessive memory usage';

/** `$range` of more numbers exceeds AWS's memory limit. */
const MAX_RANGE = 360_145;
const hashAlgorithms: Readonly<Record<string, string>> = {
  'SHA-1': 'sha1',
  'SHA-384': 'sha384',
  'SHA-256': 'sha256',
  'SHA-512': 'sha512',
  MD5: 'md5',
};

function refuseSurplus(token: string, args: readonly unknown[], takes: number): void {
  if (args.length > takes) throw wrongArgument(token, takes + 1);
}

/** AWS rounds toward zero. */
function wholeNumber(token: string, value: unknown, index: number): number {
  if (typeof value !== 'number') throw wrongArgument(token, index);
  return Math.trunc(value);
}

/** Splits an array into chunks; the last may be shorter. Nothing to split, or chunks of 0, give nothing. */
function partition(...args: unknown[]): unknown {
  refuseSurplus('partition', args, 2);
  const [items, size] = args;
  if (items === undefined) return undefined;
  if (!Array.isArray(items)) throw new FunctionError('T0412', 'partition', { index: 1 });
  if (items.length === 0) return undefined;
  if (size === undefined) return [items];
  const step = wholeNumber('partition', size, 2);
  if (step < 0) throw wrongValue('partition', 'Second argument must be zero or greater');
  if (step === 0) return undefined;
  return Array.from({ length: Math.ceil(items.length / step) }, (_, i) => items.slice(i * step, (i + 1) * step));
}

/** Numbers from start to end, both included, by step; a single number comes alone, and a step that leads away gives nothing. */
function range(...args: unknown[]): unknown {
  refuseSurplus('range', args, 3);
  const start = wholeNumber('range', args[0], 1);
  const end = wholeNumber('range', args[1], 2);
  if (args[2] === undefined) return undefined;
  const step = wholeNumber('range', args[2], 3);
  if (step === 0) return undefined;
  const length = Math.floor((end - start) / step) + 1;
  if (length < 1) return undefined;
  if (length > MAX_RANGE) throw new Error(MEMORY_EXCEEDED);
  return length === 1 ? start : Array.from({ length }, (_, i) => start + i * step);
}

/** The hexadecimal digest of a text's UTF-8 bytes. */
function hash(...args: unknown[]): unknown {
  refuseSurplus('hash', args, 2);
  const [data, algorithm] = args;
  if (typeof data !== 'string') throw wrongArgument('hash', 1);
  if (algorithm === undefined) return undefined;
  if (typeof algorithm !== 'string') throw wrongArgument('hash', 2);
  const name = Object.hasOwn(hashAlgorithms, algorithm) ? hashAlgorithms[algorithm] : undefined;
  if (name === undefined) {
    const known = Object.keys(hashAlgorithms).join(', ');
    throw wrongValue('hash', `Hash algorithm '${algorithm}' must be one of ${known}`);
  }
  return createHash(name).update(data).digest('hex');
}

/** A number in [0, 1), the same for the same seed. */
function random(sources: FunctionSources, args: readonly unknown[]): number {
  refuseSurplus('random', args, 1);
  return args[0] === undefined ? sources.random() : javaRandom(wholeNumber('random', args[0], 1));
}

function uuid(...args: unknown[]): string {
  refuseSurplus('uuid', args, 0);
  return randomUUID();
}

function parse(...args: unknown[]): unknown {
  refuseSurplus('parse', args, 1);
  const [text] = args;
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw wrongArgument('parse', 1);
  try {
    return parseStrictJson(text);
  } catch {
    throw wrongValue('parse', 'Invalid JSON');
  }
}

/**
 * The functions Step Functions adds to JSONata (developer guide, "JSONata functions provided by Step Functions"); what
 * they give for odd arguments is as observed on AWS. `$eval` is bound to nothing, which removes it.
 */
export const stepFunctionsFunctions = (sources: FunctionSources): Readonly<Record<string, unknown>> => ({
  partition,
  range,
  hash,
  random: (...args: unknown[]) => random(sources, args),
  uuid,
  parse,
  eval: undefined,
});

/** Names that exist besides JSONata's own. */
export const addedFunctionNames: readonly string[] = ['partition', 'range', 'hash', 'random', 'uuid', 'parse'];
