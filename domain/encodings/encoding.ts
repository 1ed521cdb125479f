import * as z from 'zod';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import type { ColumnProfile, FeatureType } from '#schemas/records/profile';

/** Set where what is watched is in other units than the column, or has other categories. */
type Transformed = true;

/**
 * How a drift check reads a model input: as a number; as a category computed from the encoded number; as one indicator of its
 * column's category (or that of an interaction, by a name of its own); or not at all, because it changes naturally.
 */
export type Watched =
  | { readonly as: 'number'; readonly transformed?: Transformed }
  | { readonly as: 'category'; readonly column: string; category(encoded: number): string | null }
  | {
      readonly as: 'indicator';
      readonly category: string;
      readonly column?: string;
      readonly transformed?: Transformed;
    }
  | {
      readonly as: 'nothing';
      /** Why; that the input moves with the calendar when absent. */
      readonly because?: string;
    };

/** What a model input may be computed from besides its column's value. */
export interface RowValues {
  /** SQL of the value of the second column, for an interaction; NULL for others. */
  readonly other: string;
  /** SQL of what the kind's `shared` gives for the row. */
  readonly shared: string;
  /** SQL of the bucket of a training row (`domain/splits/keys`), an INTEGER; NULL for every other row. */
  readonly bucket: string;
}

/** What fitting needs of the training rows besides their values: the labels of categories, or the buckets of texts. */
export type Needs =
  | { readonly of: 'labels'; readonly folds: number }
  | { readonly of: 'buckets'; readonly buckets: number; readonly counts: (value: string) => string };

/** A kind of fitted feature: how a model input is computed from a clean column, as stored in a run's `transform.json`. */
export interface FittedFeatureKind<Schema extends z.ZodObject = z.ZodObject> {
  /** The `kind` of its features. */
  readonly name: string;
  /** A whole feature, made by `fittedFeatureSchema`. */
  readonly schema: Schema;
  /** The SQL type of the clean columns that it reads; undefined for any type. */
  readonly reads: 'DOUBLE' | 'VARCHAR' | 'BOOLEAN' | 'TIMESTAMP' | undefined;
  /** SQL over the clean column's value, computed once per row for all model inputs that have the same. Absent: nothing is shared. */
  shared?(feature: z.output<Schema>, value: string): string;
  /** SQL of the model input over the clean column's value: a DOUBLE or INTEGER, NULL when missing. */
  sql(feature: z.output<Schema>, value: string, row: RowValues): string;
  watched(feature: z.output<Schema>): Watched;
  /** The categories that it knows by name; absent for a kind that reads no categories. */
  categories?(feature: z.output<Schema>): readonly string[];
  /** Those of the second column, for an interaction. */
  otherCategories?(feature: z.output<Schema>): readonly string[];
}

/** The schema of a kind of fitted feature: the kind, the model input's name, the clean column, and the fitted values. */
export const fittedFeatureSchema = <Name extends string, Shape extends z.ZodRawShape>(kind: Name, fitted: Shape) =>
  z.object({
    kind: z.literal(kind),
    name: z.string(),
    source: z.string().describe('the clean column it is computed from'),
    ...fitted,
  });

/** The schema of a kind of interaction: the same over two clean columns. */
export const pairFeatureSchema = <Name extends string, Shape extends z.ZodRawShape>(kind: Name, fitted: Shape) =>
  z.object({
    kind: z.literal(kind),
    name: z.string(),
    source: z.string().describe('the first clean column'),
    other: z.string().describe('the second clean column'),
    ...fitted,
  });

/** The clean columns that a model input is computed from: one, or two for an interaction. */
export const sourcesOf = ({ source, other }: Pick<FittedFeature, 'source' | 'other'>): string[] =>
  other === undefined ? [source] : [source, other];

/** The model inputs of one column, or why it carries no information. */
export type Fitted = { readonly features: readonly FittedFeature[] } | { readonly dropped: string };

export const allMissing = { dropped: 'every training row lacks a value' } as const satisfies Fitted;
export const constant = { dropped: 'the same value in every training row' } as const satisfies Fitted;

/** Quantiles of a column's training rows by share: 0.5 is the median. */
export type Quantiles = ReadonlyMap<number, number>;

export type ProfileOf<Type extends FeatureType> = Extract<ColumnProfile, { kind: Type }>;

/**
 * The full definition of an encoding, which turns a clean column of one type into model inputs. Methods take the encoding's own
 * settings. The registry finds an encoding by type and name, so they never receive another encoding's settings.
 */
export interface Encoding<Type extends FeatureType = FeatureType, Settings extends z.ZodRawShape = z.ZodRawShape> {
  /** Its name in `encode`, if the type has several encodings. */
  readonly name: string;
  /** The type of the columns it encodes. */
  readonly type: Type;
  /** Its heading. */
  readonly label: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Its settings besides the type. Encodings of one type may share a setting with the same schema. */
  readonly settings: Settings;
  /** The kinds of its model inputs. */
  readonly features: readonly FittedFeatureKind[];
  /** An example column in a pipeline file. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Whether its model inputs may be missing. Absent: they may. */
  leavesMissing?(settings: z.output<z.ZodObject<Settings>>): boolean;
  /** What is wrong with the settings together, and the fix; undefined when they are right. */
  problem?(settings: z.output<z.ZodObject<Settings>>): string | undefined;
  /** For numbers: the setting that would make an input that rises with the column, where none does. Absent: one always does. */
  unordered?(settings: z.output<z.ZodObject<Settings>>): string | undefined;
  /** The quantiles of the training rows that fitting needs, as shares from 0 to 1. */
  quantiles?(settings: z.output<z.ZodObject<Settings>>): readonly number[];
  /** What fitting needs of the training rows besides their values. Absent: nothing. */
  needs?(settings: z.output<z.ZodObject<Settings>>): Needs;
  /**
   * Fits the column on the training rows.
   *
   * @param quantiles of the training rows: those that are needed, where they exist
   */
  fit(
    source: string,
    settings: z.output<z.ZodObject<Settings>>,
    profile: ProfileOf<Type>,
    quantiles: Quantiles,
  ): Fitted;
}

/** SQL of a 0/1 model input. */
export const zeroOrOne = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
