import { isBound, type LabelSettings, listed, mappedClasses, type Scalar } from '#domain/data/label-settings';
import type { DataSettings } from '#domain/data/settings';
import type { Check } from '#domain/data/typing';
import { columnReading } from '#domain/data/value-settings';
import { double, texts } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import { booleanSql } from '#domain/values/booleans';
import { canonicalOf, canonicalSql, doubleText } from '#domain/values/canonical';
import { numberSql } from '#domain/values/numbers';

type LabelPipeline = Pick<DataSettings, 'dataset' | 'evaluation'>;

/** How a label is read: the SQL of its number (class index or value) and its checks. */
export interface LabelSql {
  /** A DOUBLE: 0 or 1, the class's index, or the value. NULL when the label cannot be read. */
  readonly value: string;
  readonly checks: readonly Check[];
}

/** The classes in the order of their numbers, as texts; empty for regression. */
export function labelClasses({ dataset, evaluation }: LabelPipeline): string[] {
  const { task } = evaluation;
  const { label } = dataset;
  switch (task) {
    case 'regression':
      return [];
    case 'multiclass':
      return label.map === undefined ? (label.classes ?? []).map(String) : mappedClasses(label).map(([name]) => name);
    case 'binary':
      return label.map === undefined ? binaryClasses(label) : mappedClasses(label).map(([name]) => name);
    default:
      return unreachable(task, 'task');
  }
}

function binaryClasses({ positive, negative }: LabelSettings): string[] {
  if (isBound(positive)) return [`at most ${positive.above}`, `above ${positive.above}`];
  const names = (value: Scalar | Scalar[]) => listed(value).map(String).join(' or ');
  const positives = positive === undefined ? '1' : names(positive);
  return [negative === undefined ? `not ${positives}` : names(negative), positives];
}

/** SQL of the readings of a label's text: as a number, as true or false, in its canonical form. */
interface LabelText {
  readonly raw: string;
  readonly number: string;
  readonly boolean: string;
  readonly canonical: string;
}

const labelText = ({ dataset }: LabelPipeline, raw: string): LabelText => {
  const { numbers, booleans } = columnReading(dataset.label.column, dataset);
  const [number, boolean] = [numberSql(raw, numbers), booleanSql(raw, booleans)];
  return { raw, number, boolean, canonical: canonicalSql(raw) };
};

/** SQL for "the label is one of these values": numbers are compared by value, so `1.0` is 1; texts in their canonical form. */
function isOneOf({ number, boolean, canonical }: LabelText, values: readonly Scalar[]): string {
  if (values.every((v) => typeof v === 'number')) return `${number} IN (${values.map((v) => double(v)).join(', ')})`;
  if (values.every((v) => typeof v === 'boolean')) return `${boolean} IN (${values.join(', ')})`;
  return `${canonical} IN (${texts(values.map((v) => canonicalOf(String(v))))})`;
}

/** Checks that the label exists and is a finite number. */
const missing = (column: string, { raw }: LabelText): Check => ({
  column,
  reason: 'the label is missing',
  condition: `${raw} IS NULL`,
});
const notANumber = (column: string, { number }: LabelText): Check => ({
  column,
  reason: 'the label is not a finite number',
  condition: `(${number} IS NULL OR NOT isfinite(${number}))`,
});

/** Why a row is left out, though it is not malformed: `label.others` says so. */
export const leftOutReason = 'the label is in no class of label.map: left out, as label.others says';

/** Why a row is malformed whose label the pipeline does not name. */
export const unnamedLabel = {
  map: 'the label is in no class of label.map: add it to one, or set label.others',
  classes: 'the label is not among label.classes',
  sides: 'the label is neither among label.positive nor label.negative',
} as const;

/** The labels of `label.map`: the index of the class that has the value. */
function mappedSql(label: LabelSettings, text: LabelText): LabelSql {
  const { column, others = 'malformed' } = label;
  const classes = mappedClasses(label);
  const cases = classes.map(([, values], i) => `WHEN ${isOneOf(text, values)} THEN ${i}.0`);
  const rest = classes.findIndex(([name]) => name === others);
  const value = `CAST(CASE ${cases.join(' ')} ${rest < 0 ? '' : `ELSE ${rest}.0 `}END AS DOUBLE)`;
  const absent = missing(column, text);
  if (rest >= 0) return { value, checks: [absent] };
  const reason = others === 'leaveOut' ? leftOutReason : unnamedLabel.map;
  const unknown = {
    column,
    reason,
    condition: `${value} IS NULL`,
    ...(others === 'leaveOut' ? { leftOut: true } : {}),
  };
  return { value, checks: [absent, unknown] };
}

function multiclassSql({ column, classes = [] }: LabelSettings, text: LabelText): LabelSql {
  const cases = classes.map((c, i) => `WHEN ${isOneOf(text, [c])} THEN ${i}.0`);
  const value = `CAST(CASE ${cases.join(' ')} END AS DOUBLE)`;
  const unknown = { column, reason: unnamedLabel.classes, condition: `${value} IS NULL` };
  return { value, checks: [missing(column, text), unknown] };
}

function binarySql({ column, positive, negative }: LabelSettings, text: LabelText): LabelSql {
  if (isBound(positive)) {
    const value = `CASE WHEN ${text.number} > ${double(positive.above)} THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END`;
    return { value, checks: [missing(column, text), notANumber(column, text)] };
  }
  const positives = listed(positive ?? 1);
  const isPositive = isOneOf(text, positives);
  const checks: Check[] = [missing(column, text)];
  if (negative !== undefined) {
    checks.push({
      column,
      reason: unnamedLabel.sides,
      condition: `NOT coalesce(${isPositive}, false) AND NOT coalesce(${isOneOf(text, listed(negative))}, false)`,
    });
  } else if (positives.every((v) => typeof v === 'number')) {
    checks.push(notANumber(column, text));
  } else if (positives.every((v) => typeof v === 'boolean')) {
    checks.push({ column, reason: 'the label is not true or false', condition: `(${isPositive}) IS NULL` });
  }
  return { value: `CASE WHEN ${isPositive} THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END`, checks };
}

/**
 * SQL of the text of a label that counts as 0, as a category; NULL for a positive one. Undefined unless the pipeline names only
 * the positive values of a binary label, and more than one other value is possible.
 */
export function otherLabelSql(pipeline: LabelPipeline, raw: string): string | undefined {
  const { positive = 1, negative, map } = pipeline.dataset.label;
  if (pipeline.evaluation.task !== 'binary' || negative !== undefined || map !== undefined) return undefined;
  if (isBound(positive)) return undefined;
  const positives = listed(positive);
  if (positives.every((v) => typeof v === 'boolean')) return undefined;
  const text = labelText(pipeline, raw);
  const value = positives.every((v) => typeof v === 'number') ? doubleText(text.number) : text.canonical;
  return `CASE WHEN NOT (${isOneOf(text, positives)}) THEN ${value} END`;
}

/** SQL of the label and its checks, over the SQL of its normalized text. */
export function labelSql(pipeline: LabelPipeline, raw: string): LabelSql {
  const { label } = pipeline.dataset;
  const { task } = pipeline.evaluation;
  const text = labelText(pipeline, raw);
  switch (task) {
    case 'regression':
      return { value: text.number, checks: [missing(label.column, text), notANumber(label.column, text)] };
    case 'multiclass':
      return label.map === undefined ? multiclassSql(label, text) : mappedSql(label, text);
    case 'binary':
      return label.map === undefined ? binarySql(label, text) : mappedSql(label, text);
    default:
      return unreachable(task, 'task');
  }
}
