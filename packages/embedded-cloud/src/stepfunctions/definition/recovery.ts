import { isObject } from '../asl.ts';
import { errorNames } from '../errors.ts';
import type { Findings } from './diagnostics.ts';

const MAX_SECONDS = 99_999_999;

function checkErrorEquals(entry: Record<string, unknown>, location: string, last: boolean, findings: Findings): void {
  const names = entry['ErrorEquals'];
  if (!Array.isArray(names) || names.length === 0 || names.some((name) => typeof name !== 'string')) {
    findings.error(`${location}/ErrorEquals`, 'ErrorEquals must be a non-empty array of error names');
    return;
  }
  if (!names.includes(errorNames.all)) return;
  if (names.length > 1 || !last)
    findings.error(`${location}/ErrorEquals`, `${errorNames.all} must appear alone and at end of list`);
}

function checkNumber(
  entry: Record<string, unknown>,
  field: string,
  range: { min: number; max: number; whole: boolean },
  location: string,
  findings: Findings,
): void {
  const value = entry[field];
  if (value === undefined) return;
  const fits =
    typeof value === 'number' && value >= range.min && value <= range.max && (!range.whole || Number.isInteger(value));
  if (!fits) {
    findings.error(
      `${location}/${field}`,
      `${field} must be a ${range.whole ? 'whole ' : ''}number from ${range.min} to ${range.max}`,
    );
  }
}

/** The entries of Retry or Catch, where it is an array of objects. */
function entriesOf(state: Record<string, unknown>, field: 'Retry' | 'Catch', location: string, findings: Findings) {
  const value = state[field];
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    findings.error(`${location}/${field}`, `${field} must be an array`);
    return [];
  }
  return value.flatMap((entry, index) => {
    const at = `${location}/${field}[${index}]`;
    if (!isObject(entry)) {
      findings.error(at, `An entry of ${field} must be an object`);
      return [];
    }
    checkErrorEquals(entry, at, index === value.length - 1, findings);
    return [{ entry, at }];
  });
}

function checkFields(entry: Record<string, unknown>, allowed: readonly string[], at: string, findings: Findings): void {
  for (const field of Object.keys(entry)) {
    if (!allowed.includes(field)) findings.error(at, `Field '${field}' is not supported`);
  }
}

/** Checks Retry and Catch of a state and gives the catchers, for their transitions and templates. */
export function checkRecovery(
  state: Record<string, unknown>,
  location: string,
  findings: Findings,
): { readonly entry: Record<string, unknown>; readonly at: string }[] {
  for (const { entry, at } of entriesOf(state, 'Retry', location, findings)) {
    checkFields(
      entry,
      ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy', 'Comment'],
      at,
      findings,
    );
    checkNumber(entry, 'IntervalSeconds', { min: 1, max: MAX_SECONDS, whole: true }, at, findings);
    checkNumber(entry, 'MaxAttempts', { min: 0, max: MAX_SECONDS, whole: true }, at, findings);
    checkNumber(entry, 'BackoffRate', { min: 1, max: Number.MAX_SAFE_INTEGER, whole: false }, at, findings);
    checkNumber(entry, 'MaxDelaySeconds', { min: 1, max: 31_622_400, whole: true }, at, findings);
    const jitter = entry['JitterStrategy'];
    if (jitter !== undefined && jitter !== 'FULL' && jitter !== 'NONE') {
      findings.error(`${at}/JitterStrategy`, 'JitterStrategy must be FULL or NONE');
    }
  }
  const catchers = entriesOf(state, 'Catch', location, findings);
  for (const { entry, at } of catchers) {
    checkFields(entry, ['ErrorEquals', 'Next', 'Assign', 'Output', 'Comment'], at, findings);
  }
  return catchers;
}
