import type { Json, JsonObject } from '../asl.ts';
import { isObject } from '../asl.ts';
import { compile, expressionText } from './expression.ts';
import { type FunctionSources, MEMORY_EXCEEDED, stepFunctionsFunctions } from './functions.ts';

/** What an expression may read. */
export interface Bindings {
  /** `$states`: input, result, errorOutput and context, as far as they exist at the expression's place. */
  readonly states: JsonObject;
  /** Variables of Assign, by name without `$`. */
  readonly variables: Readonly<Record<string, Json>>;
}

/** An expression that failed or gave what its field does not take. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  /** Where in the state: `Output/result`. */
  readonly location: string;
  constructor(message: string, location: string) {
    super(message);
    this.location = location;
  }
}

/** Evaluates expressions and the templates that hold them. */
export interface Evaluator {
  /**
   * Replaces every expression of a template by its value; everything else stays unchanged.
   * @throws EvaluationError
   */
  template(template: Json, location: string, bindings: Bindings): Promise<Json>;
}

/** A JSONata result as plain JSON, free of the library's markers and of shared references; undefined when it is no JSON. */
function toJson(value: unknown): Json | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  // JSON has no such numbers; AWS writes their names.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) {
    const items = value.map(toJson);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (typeof value !== 'object' || value === undefined) return undefined;
  if (
    '_jsonata_lambda' in value ||
    '_jsonata_function' in value ||
    !(isObject(value) || Object.getPrototypeOf(value) === null)
  ) {
    return undefined;
  }
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const json = toJson(member);
    if (json === undefined) return undefined;
    Object.defineProperty(copy, key, { value: json, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}

/** Limits that the library reports with codes of its own, with AWS's message; AWS has no code for them. */
const limitTexts: Readonly<Record<string, string>> = {
  D1011: 'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
  D1012: 'Expression evaluation timeout: Check for infinite loop',
  D2014: MEMORY_EXCEEDED,
  D2015: MEMORY_EXCEEDED,
};

/** How AWS ends its sentence on an error of an expression: `. T2001: …`, or `: …` where the error has no code. */
function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null) return `: ${String(error)}`;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof code === 'string' && Object.hasOwn(limitTexts, code) ? limitTexts[code] : undefined;
  if (text !== undefined) return `: ${text}`;
  return typeof code === 'string' && code !== '' ? `. ${code}: ${String(message)}` : `: ${String(message)}`;
}

/** Makes an evaluator whose clock and chance are given. */
export function createEvaluator(sources: FunctionSources): Evaluator {
  const added = stepFunctionsFunctions(sources);
  const fromMillis = compile('$fromMillis($millis, $picture, $timezone)');
  const functions = {
    ...added,
    millis: () => sources.now(),
    now: (picture: unknown, timezone: unknown) =>
      fromMillis.evaluate(undefined, { millis: sources.now(), picture, timezone }),
  };

  const expression = async (text: string, location: string, { states, variables }: Bindings): Promise<Json> => {
    const what = `The JSONata expression '${text}' specified for the field '${location}'`;
    let result: unknown;
    try {
      result = await compile(text).evaluate(undefined, { ...functions, ...variables, states });
    } catch (error) {
      throw new EvaluationError(`${what} threw an error during evaluation${describe(error)}`, location);
    }
    if (result === undefined) throw new EvaluationError(`${what} returned nothing (undefined).`, location);
    const json = toJson(result);
    if (json === undefined) throw new EvaluationError(`${what} returned an unsupported result type.`, location);
    return json;
  };

  const template = async (value: Json, location: string, bindings: Bindings): Promise<Json> => {
    const text = expressionText(value);
    if (text !== undefined) return expression(text, location, bindings);
    if (Array.isArray(value)) {
      const items: Json[] = [];
      for (const [index, item] of value.entries()) items.push(await template(item, `${location}[${index}]`, bindings));
      return items;
    }
    if (isObject(value)) {
      const result: JsonObject = {};
      for (const [key, member] of Object.entries(value)) {
        const json = await template(member, `${location}/${key}`, bindings);
        Object.defineProperty(result, key, { value: json, enumerable: true, writable: true, configurable: true });
      }
      return result;
    }
    return value;
  };

  return { template };
}

/** The JSON type name that AWS's messages use. */
export function jsonType(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
