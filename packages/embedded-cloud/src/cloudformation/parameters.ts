import type { JsonObject } from '../cloud/json-protocol.ts';
import { TemplateError } from './template.ts';

/**
 * The value of every parameter: the override, else its Default.
 * @throws TemplateError for an override the template does not declare, a missing value, or one its constraints refuse
 */
export function resolveParameters(
  declared: Readonly<Record<string, JsonObject>>,
  overrides: Readonly<Record<string, string>>,
): Record<string, string | readonly string[]> {
  const unknown = Object.keys(overrides).filter((name) => !Object.hasOwn(declared, name));
  if (unknown.length > 0) {
    throw new TemplateError(
      `The template has no parameter ${unknown.join(', ')}. It has: ${Object.keys(declared).join(', ') || 'none'}.`,
    );
  }
  return Object.fromEntries(
    Object.entries(declared).map(([name, parameter]) => {
      const value = overrides[name] ?? parameter['Default'];
      if (value === undefined) throw new TemplateError(`Parameter ${name} has no Default: give it a value.`);
      const text = String(value);
      check(name, text, parameter);
      return [name, isList(parameter) ? text.split(',').map((item) => item.trim()) : text];
    }),
  );
}

const isList = (parameter: JsonObject): boolean => /^(CommaDelimitedList|List<)/.test(String(parameter['Type']));

function check(name: string, value: string, parameter: JsonObject): void {
  const allowed = parameter['AllowedValues'];
  if (Array.isArray(allowed) && !allowed.map(String).includes(value)) {
    throw new TemplateError(`Parameter ${name} must be one of ${allowed.join(', ')}.`);
  }
  const pattern = parameter['AllowedPattern'];
  if (typeof pattern === 'string' && !new RegExp(`^(?:${pattern})$`, 'u').test(value)) {
    throw new TemplateError(
      `Parameter ${name} must match ${pattern}${parameter['ConstraintDescription'] ? ` (${String(parameter['ConstraintDescription'])})` : ''}.`,
    );
  }
  if (parameter['Type'] === 'Number' && !(value.trim() !== '' && Number.isFinite(Number(value))))
    throw new TemplateError(`Parameter ${name} must be a number.`);
  const bounds: [string, (limit: number) => boolean][] = [
    ['MinLength', (limit) => value.length >= limit],
    ['MaxLength', (limit) => value.length <= limit],
    ['MinValue', (limit) => Number(value) >= limit],
    ['MaxValue', (limit) => Number(value) <= limit],
  ];
  for (const [bound, holds] of bounds) {
    if (parameter[bound] !== undefined && !holds(Number(parameter[bound])))
      throw new TemplateError(`Parameter ${name} breaks its ${bound} ${String(parameter[bound])}.`);
  }
}
