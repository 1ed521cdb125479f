import type { MemberRef, ModelShape, NumberShape, StringShape, TimestampFormat } from './model.ts';
import { compilePattern } from './pattern.ts';
import type { Report } from './violation.ts';

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}
export type ScalarShape = Exclude<ModelShape, { readonly type: 'structure' | 'list' | 'map' }>;

/** The forms in which headers, queries and XML bodies write times. */
const TIMES: Readonly<Record<TimestampFormat, RegExp>> = {
  iso8601: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  rfc822: /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d+)? GMT$/,
  unixTimestamp: /^-?\d+(?:\.\d+)?$/,
};
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAX_INTEGER = 2 ** 31 - 1;

/** Checks a plain value against its shape. @param textual whether numbers, booleans and times may come as text */
export function checkScalar(
  shape: ScalarShape,
  ref: MemberRef,
  value: unknown,
  textual: boolean,
  report: Report,
): void {
  if (shape.type === 'string') checkText(shape, value, report);
  else if (shape.type === 'boolean') {
    if (typeof value !== 'boolean' && !(textual && (value === 'true' || value === 'false'))) {
      report('type', 'Member must be a Boolean');
    }
  } else if (shape.type === 'blob') {
    if (typeof value !== 'string' || !BASE64.test(value)) report('type', 'Member must be a Blob in base64');
    else checkLength(Buffer.from(value, 'base64').length, shape, report);
  } else if (shape.type === 'timestamp') {
    checkTime(ref.timestampFormat ?? shape.timestampFormat, value, textual, report);
  } else checkNumber(shape, value, textual, report);
}

/** Length of a text, of a list or map, or of a blob in bytes. */
export function checkLength(length: number, { min, max }: Bounds, report: Report): void {
  if (max !== undefined && length > max) report('length', `Member must have length less than or equal to ${max}`);
  if (min !== undefined && length < min) report('length', `Member must have length greater than or equal to ${min}`);
}

function checkText(shape: StringShape, value: unknown, report: Report): void {
  if (typeof value !== 'string') {
    report('type', 'Member must be a String');
    return;
  }
  if (shape.enum && !shape.enum.includes(value)) {
    report('enum', `Member must satisfy enum value set: [${shape.enum.join(', ')}]`);
  }
  checkLength(value.length, shape, report);
  if (shape.pattern !== undefined && !compilePattern(shape.pattern).test(value)) {
    report('pattern', `Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
}

function checkNumber(shape: NumberShape, value: unknown, textual: boolean, report: Report): void {
  const number = textual && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const whole = shape.type === 'integer' || shape.type === 'long';
  if (typeof number !== 'number' || Number.isNaN(number) || (whole && !Number.isSafeInteger(number))) {
    report('type', `Member must be ${whole ? 'an Integer' : 'a Float'}`);
    return;
  }
  if (shape.type === 'integer' && Math.abs(number) > MAX_INTEGER)
    report('type', 'Member must be an Integer of 32 bits');
  if (shape.max !== undefined && number > shape.max) {
    report('range', `Member must have value less than or equal to ${shape.max}`);
  }
  if (shape.min !== undefined && number < shape.min) {
    report('range', `Member must have value greater than or equal to ${shape.min}`);
  }
}

function checkTime(format: TimestampFormat | undefined, value: unknown, textual: boolean, report: Report): void {
  const formats = format === undefined ? Object.values(TIMES) : [TIMES[format]];
  const asText = textual || (format !== undefined && format !== 'unixTimestamp');
  const asNumber = format === undefined || format === 'unixTimestamp';
  if (asText && typeof value === 'string' && formats.some((form) => form.test(value))) return;
  if (asNumber && typeof value === 'number' && Number.isFinite(value)) return;
  report('type', `Member must be a Timestamp${format === undefined ? '' : ` (${format})`}`);
}

/** All constraints of a plain shape, in AWS's text and order. */
export function constraintsOf(shape: ModelShape): string[] {
  const found: string[] = [];
  const note: Report = (_, constraint) => found.push(constraint);
  if (shape.type !== 'string' && shape.type !== 'blob') return found;
  checkLength(Number.POSITIVE_INFINITY, shape, note);
  checkLength(Number.NEGATIVE_INFINITY, shape, note);
  if (shape.type === 'string' && shape.pattern !== undefined) {
    found.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
  if (shape.type === 'string' && shape.enum)
    found.push(`Member must satisfy enum value set: [${shape.enum.join(', ')}]`);
  return found;
}
