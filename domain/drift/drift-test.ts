import type * as z from 'zod';
import type { Histogram } from '#schemas/records/baseline';

/** The result of a drift test on one column. */
export interface Measured {
  /** How far the window is from the baseline: the effect, which is compared with the threshold of the test. */
  readonly statistic: number;
  /** Probability of such a distance, or a larger one, between two samples of one distribution. Both samples count: the baseline is one too. */
  readonly p: number;
  /** Average of the statistic between two samples of one distribution, where it is far from 0. It is added to the threshold. */
  readonly byChance?: number;
}

/** The full definition of a drift test. */
export interface DriftTest {
  /** The key of its threshold in the pipeline's `drift` section, and of its result in a report. */
  readonly name: string;
  /** Its label in Slack, in the CLI and in reasons. */
  readonly label: string;
  /** What it measures, in one sentence. */
  readonly summary: string;
  /** Source of its formula and of its significance. */
  readonly source: string;
  /** The kinds of columns it compares. */
  readonly kinds: readonly Histogram['kind'][];
  /** The smallest effect that counts as drift: its threshold in the pipeline's file, with its default. */
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
