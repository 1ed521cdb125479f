import type { ModelInput } from '#domain/algorithms/algorithm';
import { type Encoding, sourcesOf } from '#domain/encodings/encoding';
import { ENCODINGS, readFeature } from '#domain/encodings/registry';
import { bucketSql } from '#domain/splits/keys';
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

/** The column of the bucket of a training row, beside the clean columns. */
const bucketColumn = '_bucket';

/** Says that rows are no training rows of the transform: each is encoded as a row of a request is. */
const noBucket = 'CAST(NULL AS INTEGER)';
/** SQL of the bucket of a training row, over `_side` and `_key`. */
export const trainingBucket = `CASE WHEN _side = 'train' THEN ${bucketSql('_key')} END`;

interface EncodingOptions {
  /** The relation's columns; other source columns are read as missing. Without it, the relation has all. */
  readonly available?: readonly string[] | undefined;
  /** SQL of the bucket of a row that the transform was fitted on, NULL for others; no row is such a row without it. */
  readonly bucket?: string;
  readonly encodings?: readonly Encoding[];
}

/** Model inputs as SQL. They can be read of `from` alone: it has the relation's columns, and what some inputs share, once per row. */
export interface Encoded {
  /** SQL of the model inputs, in order. */
  readonly inputs: readonly string[];
  /** SQL of the relation. */
  readonly from: string;
}

/**
 * The SQL of every model input. Training, holdout and serving all use this SQL.
 *
 * @param relation a relation with the clean columns
 */
export function encodeRelation(
  fitted: Pick<FittedTransform, 'features'>,
  relation: string,
  { available = sourceColumns(fitted), bucket = noBucket, encodings = ENCODINGS }: EncodingOptions = {},
): Encoded {
  const own = new Set(available);
  // the same SQL is computed once
  const shared = new Map<string, string>();
  const inputs = fitted.features.map((feature) => {
    const { sources, reads, shared: common, sql } = readFeature(feature, encodings);
    const [value = 'NULL', other = 'NULL'] = sources.map((source) => {
      const column = own.has(source) ? ident(source) : 'NULL';
      return reads === undefined ? column : `TRY_CAST(${column} AS ${reads})`;
    });
    const all = common(value);
    if (all !== undefined && !shared.has(all)) shared.set(all, `_shared${shared.size}`);
    return sql(value, {
      other,
      shared: all === undefined ? 'NULL' : (shared.get(all) as string),
      bucket: bucketColumn,
    });
  });
  if (shared.size === 0) return { inputs, from: relation };
  const columns = [...shared].map(([sql, name]) => `${sql} AS ${name}`);
  return { inputs, from: `(SELECT *, ${[...columns, `${bucket} AS ${bucketColumn}`].join(', ')} FROM ${relation})` };
}

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
export function featureSelectSql(
  fitted: Pick<FittedTransform, 'features'>,
  relation: string,
  options: EncodingOptions = {},
): string {
  const { inputs, from } = encodeRelation(fitted, relation, options);
  return `SELECT ${inputs.map((sql, i) => `${sql} AS x${i}`).join(', ')} FROM ${from}`;
}

/** `encodeRelation` with the inputs as CSV fields for the algorithm. With a single input, the field is never empty, and numbers have its zeros. */
export function encodeCsv(
  fitted: Pick<FittedTransform, 'features'>,
  relation: string,
  { missingAlone, zerosAlone }: Pick<ModelInput, 'missingAlone' | 'zerosAlone'>,
  options: EncodingOptions = {},
): Encoded {
  const { inputs, from } = encodeRelation(fitted, relation, options);
  if (inputs.length > 1) return { inputs, from };
  const padded = (sql: string) => `regexp_replace(CAST(${sql} AS VARCHAR), '^-?', ${text(`\\0${zerosAlone}`)})`;
  return { inputs: inputs.map((sql) => `coalesce(${padded(sql)}, ${text(missingAlone)})`), from };
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
