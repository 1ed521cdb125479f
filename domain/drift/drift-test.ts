import type * as z from 'zod';
import type { Histogram } from '#schemas/records/baseline';

/** What a drift test found on one column. */
export interface Measured {
  readonly statistic: number;
  /**
   * The statistic above which the window counts as drifted: the configured threshold, raised as far as the sample sizes need.
   *
   * @param alpha probability of a false alarm that this one comparison may have
   */
  threshold(configured: number, alpha: number): number;
}

/** A drift test: all there is to know of it. */
export interface DriftTest {
  /** The key of its threshold in the pipeline's `drift` section, and of its result in a report. */
  readonly name: string;
  /** How it is headed in Slack, on the command line and in reasons. */
  readonly label: string;
  /** What it measures, in one sentence. */
  readonly summary: string;
  /** Where its formula and the adapted threshold come from. */
  readonly source: string;
  /** The kinds of columns it compares. */
  readonly kinds: readonly Histogram['kind'][];
  /** Its threshold in the pipeline's file, with its default. */
  readonly threshold: z.ZodDefault<z.ZodNumber>;
  /** Its part of a `drift` section. */
  readonly example: Readonly<Record<string, number>>;
  /**
   * Compares two histograms of one of its kinds, in the same bins.
   *
   * @returns undefined when there is nothing to measure
   */
  measure(before: Histogram, now: Histogram): Measured | undefined;
}
