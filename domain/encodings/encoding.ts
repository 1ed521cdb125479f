import * as z from 'zod';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import type { ColumnProfile, FeatureType } from '#schemas/records/profile';

/**
 * How a drift check sees a model input: as a number; as a category of its own, computed from the encoded number; as one indicator of
 * its column's category; or not at all, when it moves by itself.
 */
export type Watched =
  | { readonly as: 'number' }
  | { readonly as: 'category'; readonly column: string; category(encoded: number): string | null }
  | { readonly as: 'indicator'; readonly category: string }
  | { readonly as: 'nothing' };

/** A kind of fitted feature: how one model input follows from a clean column, as `transform.json` of a run keeps it. */
export interface FittedFeatureKind<Schema extends z.ZodObject = z.ZodObject> {
  /** The `kind` of its features. */
  readonly name: string;
  /** A whole feature, made by `fittedFeatureSchema`. */
  readonly schema: Schema;
  /** The SQL type of the clean column it reads; undefined when any will do. */
  readonly reads: 'DOUBLE' | 'VARCHAR' | 'BOOLEAN' | 'TIMESTAMP' | undefined;
  /** SQL of the model input over the clean column's value: a DOUBLE or INTEGER, NULL when missing. */
  sql(feature: z.output<Schema>, value: string): string;
  watched(feature: z.output<Schema>): Watched;
}

/** The schema of a kind of fitted feature: its name, that of the model input, the clean column, and what was fitted. */
export const fittedFeatureSchema = <Name extends string, Shape extends z.ZodRawShape>(kind: Name, fitted: Shape) =>
  z.object({
    kind: z.literal(kind),
    name: z.string(),
    source: z.string().describe('the clean column it is computed from'),
    ...fitted,
  });

/** The model inputs of one column, or why it carries no information. */
export type Fitted = { readonly features: readonly FittedFeature[] } | { readonly dropped: string };

export const allMissing: Fitted = { dropped: 'every training row lacks a value' };
export const constant: Fitted = { dropped: 'the same value in every training row' };

export type ProfileOf<Type extends FeatureType> = Extract<ColumnProfile, { kind: Type }>;

/**
 * An encoding: all there is to know of how a clean column of one type becomes model inputs. Methods take the encoding's own settings;
 * the registry finds an encoding by type and name, so they never receive another one's.
 */
export interface Encoding<Type extends FeatureType = FeatureType, Settings extends z.ZodRawShape = z.ZodRawShape> {
  /** As `encode` names it where the type has several encodings. */
  readonly name: string;
  /** The type of the columns it encodes. */
  readonly type: Type;
  /** How it is headed. */
  readonly label: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Its settings beside the type; encodings of one type may share a setting, which then is the same schema. */
  readonly settings: Settings;
  /** The kinds of model inputs it makes. */
  readonly features: readonly FittedFeatureKind[];
  /** A column as a pipeline's file has it. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Whether its model inputs may lack a value. Absent: they may. */
  leavesMissing?(settings: z.output<z.ZodObject<Settings>>): boolean;
  /** Whether fitting needs the median of the training rows. */
  needsMedian?(settings: z.output<z.ZodObject<Settings>>): boolean;
  /**
   * Fits the column on the training rows.
   *
   * @param median of the training rows, where it was needed and there is one
   */
  fit(
    source: string,
    settings: z.output<z.ZodObject<Settings>>,
    profile: ProfileOf<Type>,
    median: number | undefined,
  ): Fitted;
}

/** SQL of a 0/1 model input. */
export const zeroOrOne = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
