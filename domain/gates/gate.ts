import type * as z from 'zod';
import type { Metric } from '#domain/metrics/metric';
import type { Evaluation, GateResult } from '#schemas/records/evaluation';

/** What a gate judges by. */
export interface GateContext {
  readonly evaluation: Evaluation;
  /** How the champion is named in reasons, as "loan-default/7". */
  readonly champion: string | undefined;
  readonly metrics: readonly Metric[];
}

/** How the report shows what a gate measured. */
export interface ShownResult {
  /** Said before the measured value, as "at least". */
  readonly prefix?: string;
  /** Whether the measured value is a difference, written with its sign. */
  readonly signed: boolean;
  /** Where the point lies on the plot of the interval; undefined where nothing was measured. */
  readonly point: number | undefined;
}

/** One kind of gate: all that Tidegate knows of it. */
export interface GateKind<Settings> {
  /** The key that tells it apart in the pipeline YAML, and the kind in a stored verdict. */
  readonly name: string;
  /** What it demands, in one sentence. */
  readonly summary: string;
  /** A gate of this kind, as written in the pipeline YAML. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Its settings. @param metric schema of a metric's name */
  schema(metric: z.ZodType<string, string>): z.ZodType<Settings>;
  /** One-sided confidence levels at which it needs a bound of the difference from the champion. */
  confidences?(gate: Settings): readonly number[];
  /** @throws EvaluationError when the evaluation lacks what it needs */
  judge(gate: Settings, context: GateContext): GateResult;
  /** The measured value as it is where this is absent. */
  show?(result: GateResult, context: GateContext): ShownResult;
}

// biome-ignore format: one line a type reads better
export type SettingsOf<Kind> = Kind extends { schema(metric: z.ZodType<string, string>): z.ZodType<infer Settings> } ? Settings : never;
