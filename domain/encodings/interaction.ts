import type { FittedFeature } from '#schemas/records/fitted-transform';
import type { FeatureType } from '#schemas/records/profile';
import type { FittedFeatureKind } from './encoding.ts';

/** Two columns of the pipeline, by name. */
export type Pair = readonly [string, string];

/** Two categories that occur together among the training rows. */
export type CategoryPair = readonly [string, string];

/** How many pairs of categories count one by one, the most frequent of the training rows. */
export const mostPairs = 50;

/** The full definition of an interaction: a way to make model inputs of two columns. */
export interface Interaction {
  /** Its name in `as`. */
  readonly name: string;
  /** Its heading. */
  readonly label: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Whether it takes columns of these types, in this order. */
  takes(first: FeatureType, second: FeatureType): boolean;
  /** Whether its model inputs may be missing. */
  readonly leavesMissing: boolean;
  /** Whether fitting needs the pairs of categories. */
  readonly needsPairs: boolean;
  /** The kinds of its model inputs. */
  readonly features: readonly FittedFeatureKind[];
  /** An example in a pipeline file. */
  readonly example: unknown;
  /**
   * The model inputs of two columns; none where they say nothing.
   *
   * @param pairs the most frequent pairs of the training rows, if they are needed: at most one more than `mostPairs`
   */
  fit(pair: Pair, pairs: readonly CategoryPair[]): readonly FittedFeature[];
}

/** How an interaction of two columns is called, in reports and drift checks. */
export const crossName = ([first, second]: Pair): string => `${first} × ${second}`;

/** Types that count: true is 1. */
export const isNumeric = (type: FeatureType): boolean => type === 'number' || type === 'boolean';
