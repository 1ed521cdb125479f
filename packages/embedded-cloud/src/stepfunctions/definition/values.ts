import type { JsonObject } from '../asl.ts';
import { expressionText } from '../jsonata/expression.ts';
import type { Findings } from './diagnostics.ts';

/** What a number of the definition may be. */
interface NumberRange {
  readonly min: number;
  readonly max?: number;
  /** Set where a fraction is a number too. */
  readonly fraction?: boolean;
}

/** Checks a field that takes a number or an expression. */
export function checkNumber(
  holder: JsonObject,
  field: string,
  { min, max = Number.MAX_SAFE_INTEGER, fraction = false }: NumberRange,
  location: string,
  findings: Findings,
): void {
  const value = holder[field];
  if (value === undefined || expressionText(value) !== undefined) return;
  const at = `${location}/${field}`;
  if (typeof value !== 'number' || !(fraction || Number.isInteger(value)))
    findings.error(at, `${field} must be ${fraction ? 'a number' : 'a whole number'} or a JSONata expression`);
  else if (value < min) findings.error(at, `Minimum value is ${min}`);
  else if (value > max) findings.error(at, `Maximum value is ${max}`);
}

/** One of a field's values; AWS lists them when another one is given. */
export function checkOneOf(
  holder: JsonObject,
  field: string,
  values: readonly string[],
  location: string,
  findings: Findings,
): void {
  const value = holder[field];
  if (value === undefined || values.includes(String(value))) return;
  findings.error(
    `${location}/${field}`,
    `The field '${field}' should have one of these values: [${values.join(', ')}]`,
  );
}

/** JSONPath's Parameters, where JSONata has Arguments. */
export const refuseParameters = (location: string, findings: Findings): void =>
  findings.error(
    location,
    "The QueryLanguage is set to 'JSONata', but field 'Parameters' is only supported for the 'JSONPath' QueryLanguage: use Arguments",
  );
