import type { SqlEngine } from '#domain/data/engine';
import type { Scalar } from '#domain/data/label-settings';
import { typedSql } from '#domain/data/typing';
import type { Suspicion } from '#domain/detectors/examine-column';
import { personalDataSettingsSchema } from '#domain/detectors/settings';
import { examineLeakage, type LeakageResult } from '#domain/leakage/registry';
import type { ColumnKind } from '#domain/profiling/column-kind';
import type { LabelProposal, ReadColumn } from '#domain/profiling/label';
import type { RoleProposal } from '#domain/profiling/roles';
import { double, ident, text } from '#domain/sql/literals';
import { withoutNulls } from '#domain/values/nulls';
import { numberSql } from '#domain/values/numbers';
import { type Reading, readingOf } from '#domain/values/reading';
import { searchColumns } from '#functions/shards/search-columns';
import { textsTable } from './load-rows.ts';

/** Rows that the checks for leakage look at. */
const leakageRows = 8000;

/** The table with their values by kind. */
export const valuesTable = 'profiled_values';

/** How a column is read, as the proposed pipeline says it. */
function reading(kind: ColumnKind): Reading {
  const nulls = [
    '',
    ...kind.nullWords,
    ...(kind.kind === 'number' && kind.nullNumber !== undefined ? [kind.nullNumber] : []),
  ];
  return readingOf(
    { trim: true, nulls },
    kind.kind === 'number' ? { numbers: kind.numbers } : kind.kind === 'datetime' ? kind.dates : {},
  );
}

/** SQL of a column's value by its kind. */
function valueSql({ facts, kind }: ReadColumn): string {
  const own = reading(kind);
  const known = withoutNulls(ident(facts.name), own.nulls, (value) => numberSql(value, own.numbers));
  const as = kind.kind === 'empty' ? 'category' : kind.kind;
  return `${typedSql(as, known, own)} AS ${ident(facts.name)}`;
}

/** Types the values of all columns and looks for personal data in them. */
export async function findPersonalData(
  engine: SqlEngine,
  columns: readonly ReadColumn[],
): Promise<readonly Suspicion[]> {
  await engine.query(
    'read the values',
    `CREATE OR REPLACE TEMP TABLE ${valuesTable} AS SELECT _row, ${columns.map(valueSql).join(', ')} FROM ${textsTable}`,
  );
  const searched = columns.flatMap(({ facts, kind }) =>
    kind.kind === 'empty' ? [] : [{ name: facts.name, kind: kind.kind }],
  );
  const { suspicions } = await searchColumns(
    engine,
    searched,
    valuesTable,
    personalDataSettingsSchema.parse(undefined),
  );
  return suspicions;
}

/** SQL of the number of a label: its class, or the amount itself; NULL for a row that has none. */
function labelNumber(label: LabelProposal): string {
  const column = ident(label.column);
  if (label.task === 'regression') return column;
  const same = (value: Scalar) =>
    `CAST(${column} AS VARCHAR) = ${text(String(value))}${typeof value === 'number' ? ` OR TRY_CAST(CAST(${column} AS VARCHAR) AS DOUBLE) = ${double(value)}` : ''}`;
  const cases = label.classes.map(({ values }, i) => `WHEN ${values.map(same).join(' OR ')} THEN ${i}`);
  return `CAST(CASE ${cases.join(' ')} END AS DOUBLE)`;
}

const asTime = (value: unknown): number | null =>
  typeof value === 'string' ? Date.parse(`${value.replace(' ', 'T')}Z`) : null;

/** Measures what the proposed model inputs say about the label, each alone and all together, and which give it away. */
export async function measureInputs(
  engine: SqlEngine,
  columns: readonly ReadColumn[],
  label: LabelProposal,
  roles: readonly RoleProposal[],
  rows: number,
): Promise<LeakageResult> {
  const task = 'compare with the label';
  const inputs = roles.flatMap(({ name, use, spec }) => {
    const kind = columns.find(({ facts }) => facts.name === name)?.kind.kind;
    if (use !== 'column' || spec['role'] !== 'feature' || kind === undefined || kind === 'text' || kind === 'empty')
      return [];
    return [{ name, kind }];
  });
  const time = roles.find(({ use }) => use === 'time')?.name;
  const most = Math.min(leakageRows, Math.max(1000, Math.floor(1_000_000 / Math.max(1, inputs.length))));
  const fields = [
    `${labelNumber(label)} AS _label`,
    ...inputs.map(({ name, kind }, i) =>
      kind === 'datetime' ? `CAST(${ident(name)} AS VARCHAR) AS c${i}` : `${ident(name)} AS c${i}`,
    ),
    ...(time === undefined ? [] : [`CAST(${ident(time)} AS VARCHAR) AS _time`]),
  ];
  const sample = await engine.query(
    task,
    `SELECT * FROM (SELECT _row, ${fields.join(', ')} FROM ${valuesTable}) WHERE _label IS NOT NULL ORDER BY hash(_row) LIMIT ${most}`,
  );
  return examineLeakage({
    columns: inputs.map(({ name, kind }, i) => ({
      name,
      kind,
      values: sample.map((row) => {
        const value = row[`c${i}`] ?? null;
        if (kind === 'datetime') return asTime(value);
        return typeof value === 'bigint' ? Number(value) : (value as number | string | boolean | null);
      }),
    })),
    labels: Float64Array.from(sample, (row) => Number(row['_label'])),
    classes: label.classes.length,
    rows,
    times: time === undefined ? undefined : sample.map((row) => asTime(row['_time'])),
  });
}
