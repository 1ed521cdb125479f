import type * as z from 'zod';
import type { Histogram } from '#schemas/records/baseline';

/** The result of a drift test on one column. */
export interface Measured {
  readonly statistic: number;
  /**
   * The statistic above which the window counts as drifted: the configured threshold, raised for small samples.
   *
   * @param alpha allowed false-alarm probability of this comparison
   */
  threshold(configured: number, alpha: number): number;
}

/** The full definition of a drift test. */
export interface DriftTest {
  /** The key of its threshold in the pipeline's `drift` section, and of its result in a report. */
  readonly name: string;
  /** Its label in Slack, in the CLI and in reasons. */
  readonly label: string;
  /** What it measures, in one sentence. */
  readonly summary: string;
  /** Source of its formula and of the adapted threshold. */
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
