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

/** Model inputs with the SQL of what is shared between some of them. */
interface Encoded {
  /** The SQL of the inputs, in order, over a relation with the shared columns. */
  readonly inputs: readonly string[];
  /** The SQL of the shared columns over the clean ones: the i-th is named `_shared<i>`. */
  readonly shared: readonly string[];
}

/** Finds what model inputs share: the same SQL is computed once. */
function encodeFeatures(
  fitted: Pick<FittedTransform, 'features'>,
  available: readonly string[] = sourceColumns(fitted),
  encodings: readonly Encoding[] = ENCODINGS,
): Encoded {
  const own = new Set(available);
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
  return { inputs, shared: [...shared.keys()] };
}

/**
 * The SQL of every model input, in order, over `encodable`. Training, holdout and serving all use this SQL.
 *
 * @param available the relation's columns; other source columns are read as missing
 */
export const featureExpressions = (
  fitted: Pick<FittedTransform, 'features'>,
  available?: readonly string[],
  encodings?: readonly Encoding[],
): readonly string[] => encodeFeatures(fitted, available, encodings).inputs;

/** Says that rows are no training rows of the transform: each is encoded as a row of a request is. */
const noBucket = 'CAST(NULL AS INTEGER)';
/** SQL of the bucket of a training row, over `_side` and `_key`. */
export const trainingBucket = `CASE WHEN _side = 'train' THEN ${bucketSql('_key')} END`;

interface EncodingOptions {
  /** SQL of the bucket of a row that the transform was fitted on, NULL for others; no row is such a row without it. */
  readonly bucket?: string;
  readonly encodings?: readonly Encoding[];
}

/**
 * SQL of a relation that has what `featureExpressions` and `csvFields` read: its own columns, and what model inputs share, once per row.
 *
 * @param relation a relation with the clean columns
 * @param available the relation's columns; other source columns are read as missing
 */
export function encodable(
  fitted: Pick<FittedTransform, 'features'>,
  relation: string,
  available?: readonly string[],
  { bucket = noBucket, encodings }: EncodingOptions = {},
): string {
  const { shared } = encodeFeatures(fitted, available, encodings);
  if (shared.length === 0) return relation;
  const columns = shared.map((sql, i) => `${sql} AS _shared${i}`);
  return `(SELECT *, ${[...columns, `${bucket} AS ${bucketColumn}`].join(', ')} FROM ${relation})`;
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
export const featureSelectSql = (
  fitted: Pick<FittedTransform, 'features'>,
  relation: string,
  available?: readonly string[],
  options: EncodingOptions = {},
): string =>
  `SELECT ${featureExpressions(fitted, available, options.encodings)
    .map((sql, i) => `${sql} AS x${i}`)
    .join(', ')} FROM ${encodable(fitted, relation, available, options)}`;

/** The model inputs as CSV fields for the algorithm, over `encodable`. With a single input, the field is never empty, and numbers have its zeros. */
export function csvFields(
  fitted: Pick<FittedTransform, 'features'>,
  { missingAlone, zerosAlone }: Pick<ModelInput, 'missingAlone' | 'zerosAlone'>,
  available?: readonly string[],
): readonly string[] {
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
