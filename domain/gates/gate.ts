import type * as z from 'zod';
import type { Metric } from '#domain/metrics/metric';
import type { Evaluation, GateResult } from '#schemas/records/evaluation';
import type { PersonalData } from '#schemas/records/personal-data';

/** The inputs of a gate. */
export interface GateContext {
  readonly evaluation: Evaluation;
  /** The champion's name in reasons, such as "loan-default/7". */
  readonly champion: string | undefined;
  readonly metrics: readonly Metric[];
  /** What is known of personal data in the run's rows; undefined where nothing was recorded. */
  readonly personalData?: PersonalData | undefined;
}

/** How the report shows a gate's measurement. */
export interface ShownResult {
  /** The words before the bound, such as "at least". */
  readonly prefix?: string;
  /** Whether the measured value is a difference, shown with its sign. */
  readonly signed: boolean;
  /** Position of the point in the interval plot; undefined when nothing was measured. */
  readonly point: number | undefined;
}

/** The full definition of one kind of gate. */
export interface GateKind<Settings> {
  /** The key that identifies it in the pipeline YAML, and its kind in a stored verdict. */
  readonly name: string;
  /** What it requires, in one sentence. */
  readonly summary: string;
  /** An example gate in the pipeline YAML. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Its settings. @param metric schema of a metric's name */
  schema(metric: z.ZodType<string, string>): z.ZodType<Settings>;
  /** One-sided confidence levels for which it needs a bound of the difference from the champion. */
  confidences?(gate: Settings): readonly number[];
  /** @throws EvaluationError when the evaluation lacks its inputs */
  judge(gate: Settings, context: GateContext): GateResult;
  /** When absent, the report shows the plain measured value. */
  show?(result: GateResult, context: GateContext): ShownResult;
}

// biome-ignore format: one line a type reads better
export type SettingsOf<Kind> = Kind extends { schema(metric: z.ZodType<string, string>): z.ZodType<infer Settings> } ? Settings : never;
