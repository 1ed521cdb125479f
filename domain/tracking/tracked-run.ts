import { dropName } from '#domain/runs/drop-name';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { Evaluation, Verdict } from '#schemas/records/evaluation';
import type { Profile } from '#schemas/records/profile';
import type { DropRecord, TrainingRecord } from '#schemas/records/run';

/** A point of a metric. */
export interface TrackedMetric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since the epoch: the start of the run, so that every call logs the same point. */
  readonly timestamp: number;
  readonly step: number;
}

/** A run as an experiment tracker knows it. */
export interface TrackedRun {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Undefined where another event tells it. */
  readonly endedAt: number | undefined;
  readonly status: 'FINISHED' | 'FAILED';
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: readonly TrackedMetric[];
  readonly tags: Readonly<Record<string, string>>;
  /** Files to log, by their keys in the artifacts bucket. */
  readonly artifacts: readonly { readonly name: string; readonly key: string; readonly contentType: string }[];
}

/** What is known of a run. A record is undefined where the run did not reach that step, or where it was erased. */
export interface TrackedRecords {
  readonly run: RunPointer;
  readonly stage: string;
  /** `status` of the run's record in the state table. */
  readonly status: string;
  /** When its execution ended, ISO 8601; undefined where that is not known to who asks. */
  readonly endedAt?: string | undefined;
  readonly failure?: { readonly error: string; readonly message: string } | undefined;
  readonly modelPackageArn?: string | undefined;
  readonly modelUri?: string | undefined;
  readonly artifactsBucket: string;
  readonly pipeline: {
    readonly description?: string | undefined;
    readonly training: { readonly algorithm: string };
    readonly evaluation: { readonly task: string };
    readonly split: { readonly strategy: string };
  };
  readonly drop: DropRecord;
  readonly profile?: Profile | undefined;
  readonly training?: TrainingRecord | undefined;
  readonly evaluation?: Evaluation | undefined;
  readonly verdict?: Verdict | undefined;
}

/** The tag that tells which run an MLflow run is. */
export const runIdTag = 'tidegate.run_id';

/** MLflow takes letters, digits and `_ - . /` and blanks in names, 250 characters at most (mlflow.utils.validation). */
const safeName = (name: string): string => name.replaceAll(/[^\w\-. /]/g, '_').slice(0, 250);
/** Servers before version 2.8 take 500 characters of a parameter (MLflow release notes); tags have 5,000 in every store. */
const longestParam = 500;
const longestTag = 5000;
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

const defined = (own: Readonly<Record<string, string | undefined>>, length: number): Record<string, string> =>
  Object.fromEntries(
    Object.entries(own).flatMap(([name, value]) =>
      value === undefined ? [] : [[safeName(name), cut(value, length)] as const],
    ),
  );

function paramsOf({ pipeline, profile, training }: TrackedRecords): Record<string, string> {
  const sides = profile && Object.entries(profile.sides).map(([side, { rows }]) => [`rows.${side}`, String(rows)]);
  const own = {
    algorithm: pipeline.training.algorithm,
    task: pipeline.evaluation.task,
    'split.strategy': pipeline.split.strategy,
    ...Object.fromEntries(sides ?? []),
    image: training?.image,
    ...training?.hyperparameters,
  };
  return defined(own, longestParam);
}

/** The metrics with their intervals, those of the champion and the differences; and the objective of each trial of a tuning, a step each. */
function metricsOf({ evaluation, training, drop }: TrackedRecords): TrackedMetric[] {
  const timestamp = Date.parse(drop.startedAt);
  const point = (key: string, value: number, step = 0): TrackedMetric => ({
    key: safeName(key),
    value,
    timestamp,
    step,
  });
  const measured = Object.entries(evaluation?.metrics ?? {}).flatMap(([name, { value, low, high, interval }]) => [
    point(name, value),
    ...(interval === 'none' ? [] : [point(`${name}.low`, low), point(`${name}.high`, high)]),
  ]);
  const { champion } = evaluation ?? {};
  const former = Object.entries(champion?.metrics ?? {}).map(([name, { value }]) => point(`champion.${name}`, value));
  const differences = Object.entries(champion?.differences ?? {}).flatMap(([name, { difference, low, high }]) => [
    point(`minus_champion.${name}`, difference),
    point(`minus_champion.${name}.low`, low),
    point(`minus_champion.${name}.high`, high),
  ]);
  const { tuning } = training ?? {};
  const trials = (tuning?.trials ?? []).flatMap(({ objective }, step) =>
    objective === null ? [] : [point(`tuning.${tuning?.metric}`, objective, step)],
  );
  return [...measured, ...former, ...differences, ...trials];
}

function tagsOf(records: TrackedRecords): Record<string, string> {
  const { run, stage, drop, verdict, failure, evaluation } = records;
  const keys = artifactKeys(run);
  const gates = verdict?.gates.map(({ gate, passed, reason }) => `${passed ? '✓' : '✗'} ${gate}: ${reason}`);
  const own = {
    'mlflow.user': 'tidegate',
    'mlflow.source.name': `tidegate/${run.pipeline}`,
    'mlflow.source.type': 'JOB',
    'mlflow.source.git.commit': drop.gitCommit,
    'mlflow.note.content': records.pipeline.description,
    [runIdTag]: run.runId,
    'tidegate.pipeline': run.pipeline,
    'tidegate.stage': stage,
    'tidegate.status': records.status,
    'tidegate.reason': drop.reason,
    'tidegate.dataset_version': drop.datasetVersion,
    'tidegate.drop': dropName(run.pipeline, drop.prefix),
    'tidegate.config_hash': drop.configHash,
    'tidegate.execution': drop.executionArn,
    'tidegate.holdout_rows': evaluation && String(evaluation.n),
    'tidegate.verdict': verdict && (verdict.passed ? 'passed' : 'refused'),
    'tidegate.gates': gates?.join('\n'),
    'tidegate.failure': failure && `${failure.error}: ${failure.message}`,
    'tidegate.model_package': records.modelPackageArn,
    'tidegate.model_uri': records.modelUri,
    'tidegate.records_uri': `s3://${records.artifactsBucket}/${keys.config.slice(0, -'config.json'.length)}`,
  };
  return defined(own, longestTag);
}

/**
 * The files of a run. A failed one has none: what was derived from data that was refused may be on its way to being erased.
 */
function artifactsOf({
  run,
  failure,
  profile,
  training,
  evaluation,
  verdict,
}: TrackedRecords): TrackedRun['artifacts'] {
  if (failure !== undefined) return [];
  const keys = artifactKeys(run);
  const json = 'application/json';
  return [
    { name: 'report.html', key: keys.report, contentType: 'text/html; charset=utf-8', there: profile },
    { name: 'training.json', key: keys.training, contentType: json, there: training },
    { name: 'evaluation.json', key: keys.evaluation, contentType: json, there: evaluation },
    { name: 'verdict.json', key: keys.verdict, contentType: json, there: verdict },
  ].flatMap(({ there, ...artifact }) => (there === undefined ? [] : [artifact]));
}

/** Describes a run for an experiment tracker. The same records give the same description. */
export const trackedRun = (records: TrackedRecords): TrackedRun => ({
  name: records.run.runId,
  startedAt: Date.parse(records.drop.startedAt),
  endedAt: records.endedAt === undefined ? undefined : Date.parse(records.endedAt),
  status: records.failure === undefined ? 'FINISHED' : 'FAILED',
  params: paramsOf(records),
  metrics: metricsOf(records),
  tags: tagsOf(records),
  artifacts: artifactsOf(records),
});
