import * as z from 'zod';
import { EvaluationError } from '#domain/errors';
import type { Metric } from '#domain/metrics/metric';
import { METRICS, metricSchemaOf } from '#domain/metrics/registry';
import { fairness } from './fairness.ts';
import type { GateKind, SettingsOf } from './gate.ts';
import { kAnonymity } from './k-anonymity.ts';
import { lDiversity } from './l-diversity.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { personalData } from './personal-data.ts';
import { sliceBound } from './slice-bound.ts';
import { sliceRatio } from './slice-ratio.ts';
import { sliceVsChampion } from './slice-vs-champion.ts';
import { vsChampion } from './vs-champion.ts';

/** Every kind of gate. */
export const GATES = [
  min,
  max,
  vsChampion,
  sliceBound,
  sliceRatio,
  sliceVsChampion,
  fairness,
  personalData,
  kAnonymity,
  lDiversity,
] as const;

/** A gate as parsed from the pipeline YAML. */
export type GateOf<Kinds extends readonly GateKind<unknown>[]> = SettingsOf<Kinds[number]>;
export type Gate = GateOf<typeof GATES>;

/** An entry of `evaluation.gates`: a gate of one of the kinds, on any of the metrics. */
export function gateSchemaOf<const Kinds extends readonly GateKind<unknown>[]>(
  kinds: Kinds,
  metrics: readonly Metric[],
): z.ZodType<GateOf<Kinds>> {
  const metric = metricSchemaOf(metrics);
  return z.union(kinds.map((kind) => kind.schema(metric))) as z.ZodType<GateOf<Kinds>>;
}
export const gateSchema: z.ZodType<Gate> = gateSchemaOf(GATES, METRICS);

/** The kind of a name; undefined for an unregistered one, for example in a verdict of an older version. */
export const findGateKind = (
  name: string,
  kinds: readonly GateKind<unknown>[] = GATES,
): GateKind<unknown> | undefined => kinds.find((kind) => kind.name === name);

/** The kind of a gate. @throws EvaluationError when it has no kind's key */
export function gateKindOf(gate: object, kinds: readonly GateKind<unknown>[]): GateKind<unknown> {
  const kind = kinds.find(({ name }) => name in gate);
  if (kind) return kind;
  throw new EvaluationError(`a gate needs one of ${kinds.map(({ name }) => name).join(', ')}`);
}

/** The metric of a gate; undefined for a kind without one. */
export const metricOfGate = (gate: object): string | undefined =>
  'metric' in gate && typeof gate.metric === 'string' ? gate.metric : undefined;

/** The distinct one-sided confidence levels of the gates: `evaluate` must compute bounds for them. */
export const gateConfidences = (gates: readonly object[], kinds: readonly GateKind<unknown>[] = GATES): number[] => [
  ...new Set(gates.flatMap((gate) => gateKindOf(gate, kinds).confidences?.(gate) ?? [])),
];
