import type { ModelInput } from '#domain/algorithms/algorithm';
import { type Encoding, sourcesOf } from '#domain/encodings/encoding';
import { ENCODINGS, readFeature } from '#domain/encodings/registry';
import { ident, text } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** The source columns of the model inputs, in the order of their first use. */
export const sourceColumns = (fitted: Pick<FittedTransform, 'features'>): string[] => [
  ...new Set(fitted.features.flatMap(sourcesOf)),
];

/** Source columns that a relation lacks. A model fitted on an earlier schema reads them as missing. */
export const absentSources = (fitted: Pick<FittedTransform, 'features'>, available: readonly string[]): string[] =>
  sourceColumns(fitted).filter((name) => !available.includes(name));

/**
 * The SQL of every model input, in order, over a relation with the clean columns. Training, holdout and serving all use this
 * SQL.
 *
 * @param available the relation's columns; other source columns are read as missing
 */
export const featureExpressions = (
  fitted: Pick<FittedTransform, 'features'>,
  available: readonly string[] = sourceColumns(fitted),
  encodings: readonly Encoding[] = ENCODINGS,
): string[] =>
  fitted.features.map((feature) => {
    const { sources, reads, sql } = readFeature(feature, encodings);
    return sql(
      sources.map((source) => {
        const column = available.includes(source) ? ident(source) : 'NULL';
        return reads === undefined ? column : `TRY_CAST(${column} AS ${reads})`;
      }),
    );
  });

/** The categories that model inputs know by name, by source column, for every column of categories. */
function categoriesOf(features: FittedTransform['features'], encodings: readonly Encoding[]) {
  const known = new Map<string, Set<string>>();
  for (const { sources, categories } of features.map((feature) => readFeature(feature, encodings))) {
    for (const [i, source] of sources.entries()) {
      const own = categories[i];
      if (own !== undefined) known.set(source, new Set([...(known.get(source) ?? []), ...own]));
    }
  }
  return known;
}

/**
 * The categories that the model counts one by one, by source column, for every column of categories. One that it knows from an
 * interaction alone is not among them.
 */
export const knownCategories = (
  { features }: Pick<FittedTransform, 'features'>,
  encodings: readonly Encoding[] = ENCODINGS,
): ReadonlyMap<string, ReadonlySet<string>> =>
  categoriesOf(
    features.filter((feature) => sourcesOf(feature).length === 1),
    encodings,
  );

/** All categories that the transform names, by source column. */
export const namedCategories = ({
  features,
}: Pick<FittedTransform, 'features'>): ReadonlyMap<string, ReadonlySet<string>> => categoriesOf(features, ENCODINGS);

/** `SELECT <model inputs> FROM <relation>`: the i-th is named `x<i>`, because categories may differ only in case and SQL names may not. */
export const featureSelectSql = (
  fitted: Pick<FittedTransform, 'features'>,
  relation: string,
  available?: readonly string[],
  encodings?: readonly Encoding[],
): string =>
  `SELECT ${featureExpressions(fitted, available, encodings)
    .map((sql, i) => `${sql} AS x${i}`)
    .join(', ')} FROM ${relation}`;

/** The model inputs as CSV fields for the algorithm. With a single input, the field is never empty, and numbers have its zeros. */
export function csvFields(
  fitted: Pick<FittedTransform, 'features'>,
  { missingAlone, zerosAlone }: Pick<ModelInput, 'missingAlone' | 'zerosAlone'>,
  available?: readonly string[],
): string[] {
  const fields = featureExpressions(fitted, available);
  if (fields.length > 1) return fields;
  const padded = (sql: string) => `regexp_replace(CAST(${sql} AS VARCHAR), '^-?', ${text(`\\0${zerosAlone}`)})`;
  return fields.map((sql) => `coalesce(${padded(sql)}, ${text(missingAlone)})`);
}

/** SQL of the label as CSV field: a class's index as a whole number, a value as float64. */
export function csvLabel({ task }: Pick<FittedTransform, 'task'>): string {
  switch (task) {
    case 'regression':
      return '_label';
    case 'binary':
    case 'multiclass':
      return 'CAST(_label AS INTEGER)';
    default:
      return unreachable(task, 'task');
  }
}

/** COPY options for the algorithm's CSV: no header, no quotes. */
export const csvOutput = ({ delimiter, missing }: Pick<ModelInput, 'delimiter' | 'missing'>): string =>
  `(FORMAT csv, HEADER false, DELIMITER ${text(delimiter)}, NULLSTR ${text(missing ?? '')}, QUOTE '')`;
export const parquetOutput = '(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)';

/** The clean rows of a local Parquet file, with `_row`, the row number from 0. */
export const cleanRowsSql = (path: string): string =>
  `(SELECT file_row_number AS _row, * EXCLUDE (file_row_number) FROM read_parquet(${text(path)}, file_row_number = true))`;
