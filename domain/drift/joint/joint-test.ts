import type * as z from 'zod';
import type { FeatureMatrix } from '../columns.ts';
import type { Measured } from '../drift-test.ts';
import type { Telling } from './classifier.ts';

/** The result of a test of all columns together. */
export interface MeasuredTogether extends Measured {
  /** What the two samples differ by, in no order; shares add up to 1, or there are none. */
  readonly causes: readonly Telling[];
  /** What moved, in words, where no column can be named: of an embedding. */
  readonly moved?: string;
}

/** The full definition of a test of columns together: of all, or of an embedding. It compares rows, where a `DriftTest` compares the counts of one column. */
export interface JointTest {
  /** The key of its threshold in the pipeline's `drift` section, and of its result in a report. */
  readonly name: string;
  /** Its label in Slack, in the CLI and in reasons. */
  readonly label: string;
  /** Whose rows it compares: all columns together by the model inputs that matter, or each embedding by its projections. */
  readonly compares: 'all columns' | 'embedding';
  /** What it measures, in one sentence. */
  readonly summary: string;
  /** Source of its formula and of its significance. */
  readonly source: string;
  /** The smallest effect that counts as drift, with its default; `false` turns the test off. */
  readonly threshold: z.ZodDefault<z.ZodUnion<readonly [z.ZodNumber, z.ZodLiteral<false>]>>;
  /** Its part of a `drift` section. */
  readonly example: Readonly<Record<string, number | boolean>>;
  /** Compares the rows of two samples with the same columns; NaN is missing. */
  measure(before: FeatureMatrix, now: FeatureMatrix): MeasuredTogether;
}
