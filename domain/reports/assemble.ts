import type { ColumnSpec } from '#domain/data/column-spec';
import { describeInteractions, describeTreatment } from '#domain/data/treatment';
import { describeBalance } from '#domain/imbalance/balance';
import { describeDrops } from '#domain/runs/describe-drops';
import { dropName } from '#domain/runs/drop-name';
import { describeContinuation } from '#domain/training/describe-continuation';
import type { DropDrift } from '#schemas/records/baseline';
import type { Evaluation, Verdict } from '#schemas/records/evaluation';
import type { Explanation } from '#schemas/records/explanation';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { PersonalData } from '#schemas/records/personal-data';
import type { Profile, SideProfile } from '#schemas/records/profile';
import type { DropRecord, TrainingRecord } from '#schemas/records/run';
import type { Sides } from '#schemas/records/sides';
import type { ColumnSummary, DataSummary, ReportInput, SideSummary, SplitSummary } from './input.ts';

/** The records of a run for its report. */
export interface RunRecords {
  readonly runId: string;
  readonly pipeline: {
    readonly name: string;
    readonly description?: string | undefined;
    readonly dataset: { readonly id?: string | undefined; readonly columns: Readonly<Record<string, ColumnSpec>> };
  };
  readonly drop: DropRecord;
  readonly profile: Profile;
  readonly fitted: FittedTransform;
  readonly sides?: Sides | undefined;
  readonly evaluation: Evaluation;
  readonly verdict: Verdict;
  readonly training: Pick<TrainingRecord, 'hyperparameters' | 'trainingJob' | 'tuning' | 'continuation'> & {
    readonly image?: string | undefined;
  };
  readonly champion?: string | undefined;
  readonly modelPackage?: string | undefined;
  readonly personalData?: PersonalData | undefined;
  readonly dropDrift?: DropDrift | undefined;
  readonly explanation?: Explanation | undefined;
}

/** Turns the records of a run into the report's input. */
export function assembleReport(records: RunRecords): ReportInput {
  const { pipeline, drop, training, modelPackage } = records;
  const facts = [
    ['model package', modelPackage],
    ['training image', training.image],
    ['training job', training.trainingJob],
    ['tuning job', training.tuning?.tuningJob],
    ['training', training.continuation && describeContinuation(training.continuation)],
    ['execution', drop.executionArn],
    ['drop', dropName(pipeline.name, drop.prefix)],
    ['drops', describeDrops(drop)],
  ] as const;
  return {
    pipeline: pipeline.name,
    description: pipeline.description,
    runId: records.runId,
    startedAt: drop.startedAt,
    reason: drop.reason,
    champion: records.champion,
    evaluation: records.evaluation,
    verdict: records.verdict,
    data: summarizeData(records),
    personalData: records.personalData,
    dropDrift: records.dropDrift,
    explanation: records.explanation,
    constraints: records.profile.constraints ?? [],
    ...(training.tuning ? { tuning: { ...training.tuning, best: training.trainingJob ?? '' } } : {}),
    lineage: {
      datasetVersion: drop.datasetVersion,
      objects: drop.objects.map(({ id, size, versionId }) => ({ id: id ?? '', size, versionId })),
      gitCommit: drop.gitCommit,
      configHash: drop.configHash,
      hyperparameters: training.hyperparameters,
      facts: facts.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
    },
  };
}

/** The claim of a naive split on the metric of the first gate that has one, else on the first that is measured. */
function summarizeNaive({ naive, metrics }: Evaluation, { gates }: Verdict): SplitSummary['naive'] {
  if (naive === undefined) return undefined;
  const gated = gates.flatMap(({ metric }) => (metric === undefined ? [] : [metric]));
  const metric = [...gated, ...Object.keys(metrics)].find((name) => naive.metrics[name] !== undefined && metrics[name]);
  const [claimed, measured] = metric === undefined ? [] : [naive.metrics[metric], metrics[metric]?.value];
  if (metric === undefined || claimed === undefined || measured === undefined) return undefined;
  return { metric, claimed, measured };
}

/** The rows of a run and what became of them. */
export function summarizeData({
  pipeline,
  sides: divided,
  profile,
  fitted,
  training,
  evaluation,
  verdict,
}: Omit<RunRecords, 'champion' | 'modelPackage'>): DataSummary {
  const { dataset } = pipeline;
  return {
    rows: profile.rows,
    malformed: profile.malformed,
    deduplicated: profile.deduplicated ?? 0,
    blankFiles: profile.blankFiles ?? [],
    label: fitted.label.column,
    classes: fitted.label.classes,
    sides: summarizeSides(profile, fitted),
    columns: summarizeColumns(dataset, profile, fitted),
    balance: describeBalance(
      fitted,
      training.hyperparameters,
      evaluation.task === 'binary' ? evaluation.calibration?.method : undefined,
    ),
    interactions: describeInteractions(fitted),
    ...(divided
      ? {
          split: {
            strategy: divided.rule.strategy,
            leftOut: profile.inGaps ?? divided.leftOut,
            seenBefore: profile.seenBefore ?? 0,
            duplicates: divided.duplicates,
            naive: summarizeNaive(evaluation, verdict),
          },
        }
      : {}),
  };
}

/** The columns of the pipeline's file, the id first: their roles, what became of them, and their missing values. */
export function summarizeColumns(
  dataset: RunRecords['pipeline']['dataset'],
  profile: Profile,
  fitted: FittedTransform,
): ColumnSummary[] {
  const keys: ColumnSummary[] = dataset.id
    ? [{ column: dataset.id, role: 'id', treatment: 'tokenized', missing: null }]
    : [];
  const columns = Object.entries(dataset.columns).map(([column, spec]) => ({
    column,
    role: spec.role,
    treatment: describeTreatment(column, spec, fitted),
    missing: profile.columns[column]?.missing ?? null,
  }));
  return [...keys, ...columns];
}

/** The sides of the rows, with their labels. */
export const summarizeSides = (profile: Profile, fitted: FittedTransform): SideSummary[] =>
  (['train', 'validation', 'test'] as const).map((side) => summarizeSide(side, profile.sides[side], fitted));

function summarizeSide(
  side: SideSummary['side'],
  { rows, classes, label }: SideProfile,
  fitted: FittedTransform,
): SideSummary {
  const numeric = fitted.task === 'regression' && label.count > 0;
  return {
    side,
    rows,
    classes: fitted.task === 'regression' ? [] : classes,
    label: numeric ? { mean: label.mean, std: Math.sqrt(label.m2 / label.count) } : null,
  };
}
