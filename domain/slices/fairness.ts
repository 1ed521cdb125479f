import { EvaluationError } from '#domain/errors';
import { affordableResamples, type BootstrapOptions, bootstrap, type MetricDraws } from '#domain/evaluation/bootstrap';
import type { SliceColumn } from '#domain/evaluation/slice-groups';
import type { FairnessMetric } from '#domain/fairness/fairness-metric';
import { flipsOf, type Inputs } from '#domain/fairness/flips';
import { type FacetRows, fairnessKernel } from '#domain/fairness/kernel';
import { FAIRNESS_METRICS } from '#domain/fairness/registry';
import { describeFacets, type FairnessSettings, facetOf } from '#domain/fairness/settings';
import { predictClasses } from '#domain/tallies/probability';
import type { FairnessRecord } from '#schemas/records/slices';
import { toSliceEstimate } from './estimate.ts';
import type { JudgedRows } from './judged-rows.ts';

export interface FairnessInput {
  readonly judged: JudgedRows;
  /** The names of the classes in the order of their numbers; empty for regression. */
  readonly classes: readonly string[];
  readonly columns: readonly SliceColumn[];
  readonly settings: FairnessSettings;
  readonly bootstrap: BootstrapOptions;
  /** The candidate's inputs, perhaps of the first rows alone; absent where they are not known. */
  readonly inputs?: Inputs | undefined;
}

/** The labels and predictions of a model as favourable or not. */
interface Outcomes {
  readonly label: Uint16Array;
  readonly labels: number;
  readonly favourable: Uint8Array;
  predictedBy(scores: Float64Array, threshold: number): Uint8Array;
  readonly named: string;
}

/** A threshold above which numbers are favourable. */
function thresholdOf({ favourable }: FairnessSettings): number {
  return typeof favourable === 'object' && 'above' in favourable ? favourable.above : Number.NaN;
}

/** The classes that are favourable: by default the positive class. */
function favourableClasses({ favourable }: FairnessSettings, classes: readonly string[]): readonly string[] {
  if (favourable === undefined) return classes.slice(1, 2);
  if (typeof favourable === 'object') return 'above' in favourable ? [] : favourable.map(String);
  return [String(favourable)];
}

function outcomesOf({ judged, classes, settings }: FairnessInput): Outcomes {
  const { task, labels } = judged;
  if (task === 'regression') {
    const above = thresholdOf(settings);
    const favourable = Uint8Array.from(labels, (label) => Number(label > above));
    return {
      label: Uint16Array.from(favourable),
      labels: 2,
      favourable,
      predictedBy: (scores) => Uint8Array.from(scores, (score) => Number(score > above)),
      named: `above ${above}`,
    };
  }
  const named = favourableClasses(settings, classes);
  if (!classes.some((name) => named.includes(name))) {
    throw new EvaluationError(
      `evaluation.fairness of ${settings.column}: no class is favourable; name one of ${classes.join(', ')}`,
    );
  }
  const isGood = Uint8Array.from(classes, (name) => Number(named.includes(name)));
  const good = (numbers: Iterable<number>): Uint8Array =>
    Uint8Array.from(numbers, (number) => isGood[number] as number);
  return {
    label: Uint16Array.from(labels),
    labels: classes.length,
    favourable: good(labels),
    predictedBy: (scores, threshold) =>
      task === 'binary'
        ? good(Array.from(scores, (score) => Number(score >= threshold)))
        : good(predictClasses(scores, judged.classes)),
    named: named.join(', '),
  };
}

/** The group of each row by the values of columns together, in the order in which they appear; missing values are a value. */
function combine(columns: readonly SliceColumn[], names: readonly string[] | undefined): FacetRows['group'] {
  if (names === undefined) return undefined;
  const own = names.flatMap((name) => columns.find(({ column }) => column === name) ?? []);
  const known = new Map<string, number>();
  const of = Int32Array.from(own[0]?.values ?? [], (_, row) => {
    const key = JSON.stringify(own.map(({ values }) => values[row] ?? null));
    const group = known.get(key) ?? known.size;
    known.set(key, group);
    return group;
  });
  return { of, groups: Math.max(known.size, 1) };
}

const isDefined = ({ value, draws }: MetricDraws): boolean =>
  Number.isFinite(value) && draws.some((draw) => Number.isFinite(draw));

function why({ needs }: FairnessMetric): string {
  if (needs === 'group') return 'it needs a group variable: evaluation.fairness.group';
  return needs === 'neighbours'
    ? 'it needs the nearest rows of the other facet, and there are none'
    : 'the rows do not define it';
}

/**
 * Measures the bias of the candidate, and of the champion if there is one, between two facets. Deterministic.
 *
 * @throws EvaluationError when the favourable label is none of the classes
 */
export function measureFairness(
  input: FairnessInput,
  metrics: readonly FairnessMetric[] = FAIRNESS_METRICS,
): FairnessRecord {
  const { judged, columns, settings, inputs } = input;
  const values = columns.find(({ column }) => column === settings.column)?.values ?? [];
  const facet = Int8Array.from(values, facetOf(settings));
  const outcomes = outcomesOf(input);
  const group = combine(columns, settings.group);
  const { threshold, championThreshold = threshold } = judged;
  const rowsWith = (scores: Float64Array, at: number, flipping: Inputs | undefined): FacetRows => {
    const predicted = outcomes.predictedBy(scores, at);
    const flips = flipping && flipsOf(flipping, facet, predicted);
    return { facet, ...outcomes, predicted, group, flips };
  };
  const own = measure(rowsWith(judged.candidate, threshold, inputs), metrics, input.bootstrap);
  const { champion, comparable } = judged;
  const some = comparable.reduce((sum, one) => sum + one, 0);
  const theirs =
    champion && some > 0
      ? measure(
          {
            ...rowsWith(champion, championThreshold, undefined),
            facet: facet.map((side, row) => (comparable[row] === 1 ? side : -1)),
          },
          metrics.filter(({ stage }) => stage === 'post-training'),
          input.bootstrap,
        )
      : undefined;
  const missing = metrics.filter(({ name }) => own[name] === undefined);
  const count = (side: number) => facet.reduce((sum, one) => sum + Number(one === side), 0);
  return {
    column: settings.column,
    ...describeFacets(settings),
    favourable: outcomes.named,
    ...(settings.group ? { group: [...settings.group] } : {}),
    rows: { advantaged: count(0), disadvantaged: count(1), neither: count(-1) },
    metrics: own,
    ...(theirs && { champion: { rows: some, metrics: theirs } }),
    notMeasured: Object.fromEntries(missing.map((metric) => [metric.name, why(metric)])),
  };
}

function measure(
  rows: FacetRows,
  metrics: readonly FairnessMetric[],
  { resamples, seed }: BootstrapOptions,
): FairnessRecord['metrics'] {
  if (rows.facet.length === 0) return {};
  const options = { seed, resamples: affordableResamples(resamples, rows.facet.length, 2) };
  const [draws = new Map<string, MetricDraws>()] = bootstrap(
    [fairnessKernel(rows, metrics)],
    rows.facet.length,
    options,
  );
  return Object.fromEntries(
    [...draws].filter(([, own]) => isDefined(own)).map(([name, own]) => [name, toSliceEstimate(own)]),
  );
}
