import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { type ReportedRecords, reportDocument } from '#domain/reports/document';
import { artifactKeys } from '#domain/runs/layout';
import { pipelineSchema } from '#schemas/pipeline';
import { dropDriftSchema } from '#schemas/records/baseline';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';
import { explanationSchema } from '#schemas/records/explanation';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { profileSchema } from '#schemas/records/profile';
import { dropRecordSchema } from '#schemas/records/run';
import type { RunReport } from '#schemas/records/run-report';
import { sidesSchema } from '#schemas/records/sides';
import { costsOf } from './costs.ts';
import { CliError } from './output.ts';
import { readRecord } from './read-record.ts';
import { readPersonalData } from './run-end.ts';
import type { RunRecord } from './runs.ts';
import type { Target } from './target.ts';
import { readTraining } from './tuning.ts';

/** A judged run: its records, and its report for programs. */
export interface JudgedRun {
  readonly run: RunRecord;
  readonly records: ReportedRecords;
  readonly report: RunReport;
}

/** When the run's execution ended, ISO 8601; undefined while it is under way, or where Step Functions forgot it after 90 days. */
async function endOf({ sfn }: Target, { executionArn }: RunRecord): Promise<string | undefined> {
  try {
    return (await sfn.send(new DescribeExecutionCommand({ executionArn }))).stopDate?.toISOString();
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/**
 * Reads a judged run.
 *
 * @throws CliError for a run whose model was not judged
 */
export async function readJudgedRun(target: Target, run: RunRecord): Promise<JudgedRun> {
  const keys = artifactKeys(run);
  const [pipeline, drop, profile, fitted, sides, evaluation, verdict, training] = await Promise.all([
    readRecord(target, keys.config, pipelineSchema),
    readRecord(target, keys.drop, dropRecordSchema),
    readRecord(target, keys.profile, profileSchema),
    readRecord(target, keys.transform, fittedTransformSchema),
    readRecord(target, keys.sides, sidesSchema),
    readRecord(target, keys.evaluation, evaluationSchema),
    readRecord(target, keys.verdict, verdictSchema),
    readTraining(target, run),
  ]);
  if (!pipeline || !drop || !profile || !fitted || !evaluation || !verdict || !training)
    throw new CliError(
      `Run ${run.runId} has no judged model: it is under way, it ended before, or its records are not kept. "npx tidegate run ${run.runId}" shows how far it came.`,
    );
  const records: ReportedRecords = {
    runId: run.runId,
    pipeline,
    drop,
    profile,
    fitted,
    sides,
    evaluation,
    verdict,
    training,
    personalData: await readPersonalData(target, run),
    dropDrift: await readRecord(target, keys.dropDrift, dropDriftSchema),
    explanation: await readRecord(target, keys.explanation, explanationSchema),
  };
  const { modelPackageArn, modelPackageVersion } = run;
  const report = reportDocument(records, {
    status: run.status,
    endedAt: await endOf(target, run),
    ...(modelPackageArn !== undefined && modelPackageVersion !== undefined
      ? { model: { version: modelPackageVersion, package: modelPackageArn } }
      : {}),
    costs: costsOf(run),
  });
  return { run, records, report };
}
