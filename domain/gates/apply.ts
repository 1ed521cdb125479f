import type { Metric } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import type { Evaluation, Verdict } from '#schemas/records/evaluation';
import type { PersonalData } from '#schemas/records/personal-data';
import type { GateKind } from './gate.ts';
import { GATES, gateKindOf } from './registry.ts';

export interface GatesInput {
  /** Gates parsed by a schema of `kinds`. */
  readonly gates: readonly object[];
  readonly evaluation: Evaluation;
  /** The champion's name in reasons, such as "loan-default/7". */
  readonly champion?: string | undefined;
  readonly personalData?: PersonalData | undefined;
  readonly kinds?: readonly GateKind<unknown>[];
  readonly metrics?: readonly Metric[];
}

/**
 * Applies the pipeline's gates to an evaluation. The verdict passes when every gate passes.
 *
 * @throws EvaluationError when the evaluation lacks a gate's input
 */
export function applyGates({
  gates,
  evaluation,
  champion,
  personalData,
  kinds = GATES,
  metrics = METRICS,
}: GatesInput): Verdict {
  const context = { evaluation, champion, metrics, personalData };
  const results = gates.map((gate) => gateKindOf(gate, kinds).judge(gate, context));
  return { passed: results.every((result) => result.passed), gates: results };
}
