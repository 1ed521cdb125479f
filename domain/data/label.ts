import type { DataSettings } from '#domain/data/settings';
import type { Check } from '#domain/data/typing';
import { categorySql } from '#domain/data/typing';
import { double, texts } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';

type Scalar = string | number | boolean;
type LabelSettings = DataSettings['dataset']['label'];

/** How a label is read: the SQL of its number (class index or value) and its checks. */
export interface LabelSql {
  /** A DOUBLE: 0 or 1, the class's index, or the value. NULL when the label cannot be read. */
  readonly value: string;
  readonly checks: readonly Check[];
}

/** The classes in the order of their numbers, as texts; empty for regression. */
export function labelClasses({ dataset, evaluation }: Pick<DataSettings, 'dataset' | 'evaluation'>): string[] {
  const { task } = evaluation;
  switch (task) {
    case 'regression':
      return [];
    case 'multiclass':
      return (dataset.label.classes ?? []).map(String);
    case 'binary':
      return binaryClasses(dataset.label);
    default:
      return unreachable(task, 'task');
  }
}

function binaryClasses({ positive, negative }: LabelSettings): string[] {
  if (typeof positive === 'object' && !Array.isArray(positive))
    return [`at most ${positive.above}`, `above ${positive.above}`];
  const names = (value: Scalar | Scalar[]) => (Array.isArray(value) ? value : [value]).map(String).join(' or ');
  const positives = positive === undefined ? '1' : names(positive);
  return [negative === undefined ? `not ${positives}` : names(negative), positives];
}

/** SQL for "the text is one of these values"; numbers are compared as numbers, so `1.0` is 1. */
function isOneOf(raw: string, values: readonly Scalar[]): string {
  if (values.every((v) => typeof v === 'number')) {
    return `TRY_CAST(${raw} AS DOUBLE) IN (${values.map((v) => double(v)).join(', ')})`;
  }
  if (values.every((v) => typeof v === 'boolean')) {
    return `TRY_CAST(${categorySql(raw)} AS BOOLEAN) IN (${values.join(', ')})`;
  }
  return `${categorySql(raw)} IN (${texts(values.map(String))})`;
}

/** Checks that the label exists and is a finite number. */
const missing = (column: string, raw: string): Check => ({
  column,
  reason: 'the label is missing',
  condition: `${raw} IS NULL`,
});
const numberOf = (raw: string): string => `TRY_CAST(${raw} AS DOUBLE)`;
const notANumber = (column: string, raw: string): Check => ({
  column,
  reason: 'the label is not a finite number',
  condition: `(${numberOf(raw)} IS NULL OR NOT isfinite(${numberOf(raw)}))`,
});

function multiclassSql({ column, classes = [] }: LabelSettings, raw: string): LabelSql {
  const cases = classes.map((c, i) => `WHEN ${isOneOf(raw, [c])} THEN ${i}.0`);
  const value = `CAST(CASE ${cases.join(' ')} END AS DOUBLE)`;
  const unknown = { column, reason: 'the label is not among label.classes', condition: `${value} IS NULL` };
  return { value, checks: [missing(column, raw), unknown] };
}

function binarySql({ column, positive, negative }: LabelSettings, raw: string): LabelSql {
  if (positive !== undefined && typeof positive === 'object' && !Array.isArray(positive)) {
    const value = `CASE WHEN ${numberOf(raw)} > ${double(positive.above)} THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END`;
    return { value, checks: [missing(column, raw), notANumber(column, raw)] };
  }
  const list = (value: Scalar | Scalar[]) => (Array.isArray(value) ? value : [value]);
  const positives = list(positive ?? 1);
  const isPositive = isOneOf(raw, positives);
  const checks: Check[] = [missing(column, raw)];
  if (negative !== undefined) {
    checks.push({
      column,
      reason: 'the label is neither among label.positive nor label.negative',
      condition: `NOT coalesce(${isPositive}, false) AND NOT coalesce(${isOneOf(raw, list(negative))}, false)`,
    });
  } else if (positives.every((v) => typeof v === 'number')) {
    checks.push(notANumber(column, raw));
  } else if (positives.every((v) => typeof v === 'boolean')) {
    checks.push({ column, reason: 'the label is not true or false', condition: `(${isPositive}) IS NULL` });
  }
  return { value: `CASE WHEN ${isPositive} THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END`, checks };
}

/**
 * SQL of the text of a label that counts as 0, as a category; NULL for a positive one. Undefined unless the pipeline names only
 * the positive values of a binary label, and more than one other value is possible.
 */
export function otherLabelSql({ dataset, evaluation }: Pick<DataSettings, 'dataset' | 'evaluation'>, raw: string) {
  const { positive = 1, negative } = dataset.label;
  if (evaluation.task !== 'binary' || negative !== undefined) return undefined;
  if (typeof positive === 'object' && !Array.isArray(positive)) return undefined;
  const positives = Array.isArray(positive) ? positive : [positive];
  if (positives.every((v) => typeof v === 'boolean')) return undefined;
  const value = positives.every((v) => typeof v === 'number') ? `CAST(${numberOf(raw)} AS VARCHAR)` : raw;
  return `CASE WHEN NOT (${isOneOf(raw, positives)}) THEN ${categorySql(value)} END`;
}

/** SQL of the label and its checks, over the SQL of its normalized text. */
export function labelSql({ dataset, evaluation }: Pick<DataSettings, 'dataset' | 'evaluation'>, raw: string): LabelSql {
  const { label } = dataset;
  const { task } = evaluation;
  switch (task) {
    case 'regression':
      return { value: numberOf(raw), checks: [missing(label.column, raw), notANumber(label.column, raw)] };
    case 'multiclass':
      return multiclassSql(label, raw);
    case 'binary':
      return binarySql(label, raw);
    default:
      return unreachable(task, 'task');
  }
}
