import type { JsonObject } from './json-protocol.ts';
import { AwsError } from './service.ts';

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** Reads a required text member. @throws AwsError `ValidationException` */
export function requiredText(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') {
    throw invalid(
      `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must not be null or empty`,
    );
  }
  return value;
}

/** Reads an optional text member. @throws AwsError `ValidationException` */
export function optionalText(input: JsonObject, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`Value at '${name}' must be a string`);
  return value;
}

/** Reads an optional object member. @throws AwsError `ValidationException` */
export function optionalObject(input: JsonObject, name: string): JsonObject | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`Value at '${name}' must be an object`);
  return value as JsonObject;
}

/** Reads an optional list of objects; absent is empty. @throws AwsError `ValidationException` */
export function objectList(input: JsonObject, name: string): readonly JsonObject[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'object' && entry !== null)) {
    throw invalid(`Value at '${name}' must be a list of objects`);
  }
  return value as JsonObject[];
}

/** Reads an optional list of texts; absent is empty. @throws AwsError `ValidationException` */
export function textList(input: JsonObject, name: string): readonly string[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw invalid(`Value at '${name}' must be a list of strings`);
  }
  return value as string[];
}

/** Reads an optional number within bounds. @throws AwsError `ValidationException` */
export function optionalNumber(input: JsonObject, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const n = Number(value);
  if (!Number.isFinite(n) || n < min || n > max) {
    throw invalid(`Value '${String(value)}' at '${name}' must be between ${min} and ${max}`);
  }
  return n;
}
