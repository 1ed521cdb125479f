import type { ModelInput } from '#domain/algorithms/algorithm';
import { double, ident, text, texts } from '#domain/data/sql';
import type { FittedFeature, FittedTransform } from '#schemas/records/fitted-transform';

const datetimeParts: Record<Extract<FittedFeature, { kind: 'datetime' }>['part'], (value: string) => string> = {
  hour: (v) => `hour(${v})`,
  // ISO 8601: Monday 1 … Sunday 7
  dayOfWeek: (v) => `isodow(${v})`,
  dayOfMonth: (v) => `day(${v})`,
  month: (v) => `month(${v})`,
  year: (v) => `year(${v})`,
  epochDays: (v) => `date_diff('day', DATE '1970-01-01', CAST(${v} AS DATE))`,
};

/** The type of clean column a feature reads. */
const sourceTypes: Record<FittedFeature['kind'], string | undefined> = {
  number: 'DOUBLE',
  missing: undefined,
  equals: 'VARCHAR',
  other: 'VARCHAR',
  ordinal: 'VARCHAR',
  boolean: 'BOOLEAN',
  datetime: 'TIMESTAMP',
};

const zeroOrOne = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;

/** SQL of one model input over a clean column's value: a DOUBLE or INTEGER, NULL when missing. */
function featureSql(feature: FittedFeature, value: string): string {
  switch (feature.kind) {
    case 'number':
      return feature.fill === null ? value : `coalesce(${value}, ${double(feature.fill)})`;
    case 'missing':
      return zeroOrOne(`${value} IS NULL`);
    case 'equals':
      return zeroOrOne(`${value} = ${text(feature.category)}${feature.orMissing ? ` OR ${value} IS NULL` : ''}`);
    case 'other':
      return zeroOrOne(`${value} NOT IN (${texts(feature.known)})`);
    case 'ordinal': {
      const cases = feature.order.map((category, i) => `WHEN ${text(category)} THEN ${i}`).join(' ');
      const code = `CASE ${value} ${cases} END`;
      return feature.fill === null ? code : `CASE WHEN ${value} IS NULL THEN ${feature.fill} ELSE ${code} END`;
    }
    case 'boolean': {
      const code = `CAST(${value} AS INTEGER)`;
      return feature.fill === null ? code : `coalesce(${code}, ${feature.fill})`;
    }
    case 'datetime':
      return datetimeParts[feature.part](value);
  }
}

/** The clean columns the model inputs read, in the order of their first use. */
export const sourceColumns = (fitted: Pick<FittedTransform, 'features'>): string[] => [
  ...new Set(fitted.features.map((f) => f.source)),
];

/** Source columns that a relation does not have: a model fitted on an earlier form of the data reads them as missing. */
export const absentSources = (fitted: Pick<FittedTransform, 'features'>, available: readonly string[]): string[] =>
  sourceColumns(fitted).filter((name) => !available.includes(name));

/**
 * The SQL of every model input, in order, over a relation that has the clean columns: the one way from clean rows to model
 * inputs, for training, holdout and serving alike.
 *
 * @param available the relation's columns; sources that are not among them are read as missing
 */
export const featureExpressions = (
  fitted: Pick<FittedTransform, 'features'>,
  available: readonly string[] = sourceColumns(fitted),
): string[] =>
  fitted.features.map((feature) => {
    const type = sourceTypes[feature.kind];
    const column = available.includes(feature.source) ? ident(feature.source) : 'NULL';
    return featureSql(feature, type === undefined ? column : `TRY_CAST(${column} AS ${type})`);
  });

/** `SELECT <model inputs> FROM <relation>`: the i-th is named `x<i>`, as categories may differ in case alone and SQL names may not. */
export const featureSelectSql = (
  fitted: Pick<FittedTransform, 'features'>,
  relation: string,
  available?: readonly string[],
): string =>
  `SELECT ${featureExpressions(fitted, available)
    .map((sql, i) => `${sql} AS x${i}`)
    .join(', ')} FROM ${relation}`;

/** The model inputs as CSV fields, as the algorithm reads them; the one of a model of one input is never empty. */
export function csvFields(
  fitted: Pick<FittedTransform, 'features'>,
  { missingAlone }: Pick<ModelInput, 'missingAlone'>,
  available?: readonly string[],
): string[] {
  const fields = featureExpressions(fitted, available);
  return fields.length > 1 ? fields : fields.map((sql) => `coalesce(CAST(${sql} AS VARCHAR), ${text(missingAlone)})`);
}

/** SQL of the label as CSV field: a class's index as a whole number, a value as float64. */
export const csvLabel = (fitted: Pick<FittedTransform, 'task'>): string =>
  fitted.task === 'regression' ? '_label' : 'CAST(_label AS INTEGER)';

/** Options of COPY for the CSV that an algorithm reads: no header, nothing quoted. */
export const csvOutput = ({ delimiter, missing }: Pick<ModelInput, 'delimiter' | 'missing'>): string =>
  `(FORMAT csv, HEADER false, DELIMITER ${text(delimiter)}, NULLSTR ${text(missing ?? '')}, QUOTE '')`;
export const parquetOutput = '(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)';

/** The clean rows of a local Parquet file, with `_row`, the row's number in it from 0. */
export const cleanRowsSql = (path: string): string =>
  `(SELECT file_row_number AS _row, * EXCLUDE (file_row_number) FROM read_parquet(${text(path)}, file_row_number = true))`;
