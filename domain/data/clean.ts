import { type CleanColumn, cleanColumns, featureColumns } from '#domain/data/columns';
import { type LabelSql, labelSql, otherLabelSql } from '#domain/data/label';
import type { DataSettings } from '#domain/data/settings';
import { type Check, kindChecks, normalizedSql, type Problem, typedSql } from '#domain/data/typing';
import { columnReading } from '#domain/data/value-settings';
import type { PrivacyAction } from '#domain/privacy/privacy-action';
import { PRIVACY_ACTIONS } from '#domain/privacy/registry';
import { tokenNumberSql, tokenSql } from '#domain/privacy/tokenize';
import { duplicateKeySql, groupNumberSql, joinTextsSql, keyTextSql, rowKeySql } from '#domain/splits/keys';
import { splitStrategy } from '#domain/splits/registry';
import { ident } from '#domain/sql/literals';
import { canonicalSql } from '#domain/values/canonical';
import type { Reading } from '#domain/values/reading';
import type { CleanKind } from '#schemas/records/profile';

/**
 * A relation of raw rows: `SELECT … FROM <sql>` returns one VARCHAR per column under the column's name, and `_unreadable`,
 * which is true for a row that could not be parsed.
 */
export interface RawRelation {
  readonly sql: string;
  /** Whether texts are already normalized: trimmed, null values NULL. */
  readonly normalized?: boolean;
  /** Checks of a row before its values are parsed: conditions over the relation's columns. */
  readonly checks?: readonly Check[];
  /** SQL over the relation's columns for the line on which a row starts, or for the number of a row in a Parquet file. */
  readonly line?: string;
  /** Columns of dates and times by the file's own type: their texts are ISO 8601, whatever form the pipeline declares for texts. */
  readonly times?: readonly string[];
}

/** How each column of a relation is read, by name. */
const readings =
  (dataset: DataSettings['dataset'], { times = [] }: RawRelation) =>
  (name: string): Reading => {
    const reading = columnReading(name, dataset);
    if (!times.includes(name)) return reading;
    const { zone } = reading.dates;
    return { ...reading, dates: zone === undefined ? {} : { zone } };
  };

/** A statement that turns raw rows into clean ones. */
export interface CleanSelect {
  readonly sql: string;
  /** The meaning of problem number n (from 1). */
  readonly problems: readonly Problem[];
}

/** The problems that checks find, in the order of their numbers: those of each check's exact reasons, then its own. */
const problemsOf = (checks: readonly Check[]): Problem[] =>
  checks.flatMap(({ column, reason, leftOut, because = [] }) => [
    ...because.map((own) => ({ column, reason: own.reason })),
    { column, reason, ...(leftOut ? { leftOut } : {}) },
  ]);

/** SQL of the number (from 1) of the first problem of the first check that is true; 0 when none is. */
function firstProblem(checks: readonly Check[]): string {
  let number = 0;
  const cases = checks.map(({ condition, because = [] }) => {
    const exact = because.map((own) => `WHEN ${own.condition} THEN ${++number}`);
    number++;
    return `WHEN ${condition} THEN ${exact.length === 0 ? number : `CASE ${exact.join(' ')} ELSE ${number} END`}`;
  });
  return cases.length === 0 ? '0' : `CASE ${cases.join(' ')} ELSE 0 END`;
}

/** Names of the intermediate columns of the i-th source column: its normalized text and its typed value. */
const rawName = (i: number): string => `r${i}`;
const typedName = (i: number): string => `t${i}`;

/** Name of the intermediate column with the text that says whose the value of the i-th source column is. */
const subjectName = (i: number): string => `s${i}`;

/** Names of the i-th clean column before it has its own, and of its value as a text. */
const cleanName = (i: number): string => `c${i}`;
const keyTextName = (i: number): string => `k${i}`;

/** The clean column with the tokens of a column under the previous key, while one is replaced. */
export const previousName = (column: string): string => `_previous_${column}`;

/** Checks of values that an action cannot clean. */
const refusalChecks = ({ name, refusals = [] }: CleanColumn, typed: string): Check[] =>
  refusals.map(({ reason, condition }) => ({ column: name, reason, condition: condition(typed) }));

/** The column of the texts that count as the negative class. It is profiled, and not kept with the clean rows. */
export const otherLabelColumn = '_other_label';

const noLabel: LabelSql = { value: 'CAST(NULL AS DOUBLE)', checks: [] };

const unreadable: Check = { column: null, reason: 'not a JSON object', condition: '_unreadable' };

/** What keeps rows together. */
export function groupSettings({ dataset, split }: Pick<DataSettings, 'dataset' | 'split'>) {
  const by = split.groupBy ?? (dataset.id === undefined ? 'duplicates' : 'id');
  return typeof by === 'object' ? ({ by: 'column', column: by.column } as const) : ({ by } as const);
}

/**
 * SQL of the text of the clean model inputs: rows with the same text are duplicates. Inputs that depend on the token key are left out where
 * there are others, because no side may depend on it.
 */
export const inputsKeySql = (pipeline: Pick<DataSettings, 'dataset'>, actions?: readonly PrivacyAction[]): string =>
  duplicateKeySql(keyedInputs(pipeline, actions).map(ident));

/** The names of the model inputs by which rows are duplicates. */
export function keyedInputs(pipeline: Pick<DataSettings, 'dataset'>, actions?: readonly PrivacyAction[]): string[] {
  const all = featureColumns(pipeline, actions);
  const keyless = all.filter(({ subject }) => subject === undefined);
  return (keyless.length > 0 ? keyless : all).map((c) => c.name);
}

/**
 * Desensitizes and types raw rows. The result has, in the order of the raw rows: `_side` (empty until the rows are divided; for a
 * malformed row `#<n>`, n being its problem, or `#<n>:<line>` in a text file), `_key` (what decides the side: see
 * `rowKeySql`), `_group` (UBIGINT, the same for rows that stay together), `_label` (DOUBLE), `_other_label`
 * (where the pipeline names only the positive values: see `otherLabelSql`), `_id` (token, if the pipeline has an id),
 * `_time` (TIMESTAMP, if it has a time), then the clean columns, and while a token key is replaced the tokens under the previous one. Needs
 * the token keys on the connection; no `_key` depends on them. With `numbered`, `_line` follows (BIGINT): the line on which the row
 * starts, or the number of the row in a Parquet file.
 *
 * @throws TypeError when a column's role or action has no rule
 */
export function cleanSelect(
  pipeline: DataSettings,
  raw: RawRelation,
  actions: readonly PrivacyAction[] = PRIVACY_ACTIONS,
  { hasPreviousKey = false, numbered = false }: { readonly hasPreviousKey?: boolean; readonly numbered?: boolean } = {},
): CleanSelect {
  const { dataset, split } = pipeline;
  const columns = cleanColumns(pipeline, actions);
  const { id, time, label } = dataset;
  const groups = groupSettings(pipeline);
  const groupBy = groups.by === 'column' ? groups.column : undefined;
  const reading = readings(dataset, raw);
  const normalized = (name: string, kind: CleanKind, as: string) =>
    `${normalizedSql(ident(name), kind, reading(name), raw.normalized)} AS ${as}`;
  const labelOf = dataset.unlabelled ? noLabel : labelSql(pipeline, 'label');
  const otherLabel = dataset.unlabelled ? undefined : otherLabelSql(pipeline, 'label');

  const rawChecks = raw.checks ?? [];
  const normalizedColumns = [
    '_unreadable',
    `${firstProblem(rawChecks)} AS _raw_problem`,
    ...(raw.line === undefined ? [] : [`${raw.line} AS _line`]),
    ...(dataset.unlabelled ? [] : [normalized(label.column, 'category', 'label')]),
    ...(id ? [normalized(id, 'category', 'id')] : []),
    ...(time ? [normalized(time, 'datetime', 'time')] : []),
    ...(groupBy ? [normalized(groupBy, 'category', 'group_text')] : []),
    ...columns.map((c, i) => normalized(c.name, c.kind, rawName(i))),
    ...columns.flatMap((c, i) =>
      c.subject?.column === undefined ? [] : [normalized(c.subject.column, 'category', subjectName(i))],
    ),
  ];
  const typedColumns = [
    '*',
    ...(time ? [`${typedSql('datetime', 'time', reading(time))} AS _time`] : []),
    ...(id ? [`${canonicalSql('id')} AS id_text`] : []),
    ...columns.map((c, i) => `${typedSql(c.kind, rawName(i), reading(c.name))} AS ${typedName(i)}`),
  ];
  const checks: Check[] = [
    unreadable,
    ...rawChecks.map((check, i) => ({ ...check, condition: `_raw_problem = ${i + 1}` })),
    ...(id ? [{ column: id, reason: 'the id is missing', condition: 'id IS NULL' }] : []),
    ...labelOf.checks,
    ...(time ? kindChecks(time, 'datetime', 'time', '_time', reading(time)) : []),
    ...(time && splitStrategy(split.strategy).needsTime
      ? [{ column: time, reason: 'the time is missing', condition: 'time IS NULL' }]
      : []),
    ...columns.flatMap((c, i) => kindChecks(c.name, c.kind, rawName(i), typedName(i), reading(c.name))),
    ...columns.flatMap((c, i) => refusalChecks(c, typedName(i))),
  ];
  const subjectOf = (c: CleanColumn, i: number): string => {
    if (c.subject?.column !== undefined) return canonicalSql(subjectName(i));
    return id ? 'id_text' : 'NULL';
  };
  // joins with tokens of earlier drops survive while a key is replaced
  const previous: readonly (readonly [sql: string, name: string])[] = hasPreviousKey
    ? [
        ...(id ? [[tokenSql('id_text', 'previous'), previousName('id')] as const] : []),
        ...columns.flatMap((c, i) =>
          c.previousSql ? [[c.previousSql(typedName(i)), previousName(c.name)] as const] : [],
        ),
      ]
    : [];
  const reserved = [
    '_label',
    ...(otherLabel ? [otherLabelColumn] : []),
    ...(id ? ['_id'] : []),
    ...(time ? ['_time'] : []),
  ];
  const cleaned = [
    `${firstProblem(checks)} AS _problem`,
    ...(raw.line === undefined ? [] : ['_line']),
    `${labelOf.value} AS _label`,
    ...(otherLabel ? [`${otherLabel} AS ${otherLabelColumn}`] : []),
    ...(id ? [`${tokenSql('id_text')} AS _id`] : []),
    ...(time ? ['_time'] : []),
    ...(groups.by === 'id' ? ['id_text AS _group_text'] : []),
    ...(groupBy
      ? [`${canonicalSql('group_text')} AS _group_text`, `${tokenSql(canonicalSql('group_text'))} AS _group_token`]
      : []),
    ...columns.map((c, i) => `${c.cleanSql(typedName(i), subjectOf(c, i))} AS ${cleanName(i)}`),
    ...previous.map(([sql, name]) => `${sql} AS ${ident(name)}`),
  ];
  const names = new Set(keyedInputs(pipeline, actions));
  const inputs = columns.flatMap((c, i) => (names.has(c.name) ? [i] : []));
  const grouped = {
    id: { text: '_group_text', number: tokenNumberSql('_id') },
    column: {
      text: 'coalesce(_group_text, _inputs)',
      number: `coalesce(${tokenNumberSql('_group_token')}, ${groupNumberSql('_inputs')})`,
    },
    duplicates: { text: '_inputs', number: groupNumberSql('_inputs') },
  }[groups.by];
  const finals = [
    `CASE WHEN _problem <> 0 THEN '#' || _problem${raw.line === undefined ? '' : " || ':' || _line"} ELSE '' END AS _side`,
    `${rowKeySql(split.seed, grouped.text, '_inputs')} AS _key`,
    `${grouped.number} AS _group`,
    ...(numbered ? [raw.line === undefined ? 'CAST(NULL AS BIGINT) AS _line' : '_line'] : []),
    ...reserved.map(ident),
    ...columns.map((c, i) => `${cleanName(i)} AS ${ident(c.name)}`),
    ...previous.map(([, name]) => ident(name)),
  ];
  return {
    sql: nest(
      `SELECT ${finals.join(', ')}`,
      `SELECT *, ${joinTextsSql(inputs.map(keyTextName))} AS _inputs`,
      `SELECT ${['*', ...inputs.map((i) => `${keyTextSql(cleanName(i))} AS ${keyTextName(i)}`)].join(', ')}`,
      `SELECT ${cleaned.join(', ')}`,
      `SELECT ${typedColumns.join(', ')}`,
      `SELECT ${normalizedColumns.join(', ')} FROM ${raw.sql}`,
    ),
    problems: problemsOf(checks),
  };
}

/**
 * The same typing and coarsening for only the model inputs, for rows without a label: `_problem` (0, or the number of the
 * first problem), `_ordinal` from the relation, then the clean feature columns. Needs no key.
 */
export function cleanFeatureSelect(pipeline: Pick<DataSettings, 'dataset'>, raw: RawRelation): CleanSelect {
  const columns = featureColumns(pipeline);
  const reading = readings(pipeline.dataset, raw);
  const checks = [
    ...columns.flatMap((c, i) => kindChecks(c.name, c.kind, rawName(i), typedName(i), reading(c.name))),
    ...columns.flatMap((c, i) => refusalChecks(c, typedName(i))),
  ];
  const typed = columns.map((c, i) => `${typedSql(c.kind, rawName(i), reading(c.name))} AS ${typedName(i)}`);
  const cleaned = columns.map((c, i) => `${(c.onlineSql ?? c.cleanSql)(typedName(i))} AS ${ident(c.name)}`);
  const normalized = columns.map(
    (c, i) => `${normalizedSql(ident(c.name), c.kind, reading(c.name), raw.normalized)} AS ${rawName(i)}`,
  );
  return {
    sql: nest(
      `SELECT _ordinal, ${firstProblem(checks)} AS _problem, ${cleaned.join(', ')}`,
      `SELECT *, ${typed.join(', ')}`,
      `SELECT _ordinal, ${normalized.join(', ')} FROM ${raw.sql}`,
    ),
    problems: problemsOf(checks),
  };
}

/** Nests SELECTs, outermost first. The last has its own FROM. */
const nest = (...selects: readonly string[]): string =>
  selects.reduceRight((inner, select) => (inner === '' ? select : `${select} FROM (${inner})`), '');
