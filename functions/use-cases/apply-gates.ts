import { unmet } from '#domain/constraints/judge';
import { futureWarnings } from '#domain/data/future-times';
import { labelWarnings } from '#domain/data/label-warnings';
import { dropDriftWarnings } from '#domain/drift/drop-warnings';
import { thresholdWarnings } from '#domain/evaluation/threshold-warnings';
import { applyGates as judge } from '#domain/gates/apply';
import { leakageWarnings } from '#domain/leakage/warnings';
import { assembleReport } from '#domain/reports/assemble';
import { renderReport } from '#domain/reports/render';
import { artifactKeys } from '#domain/runs/layout';
import { sliceWarnings } from '#domain/slices/warnings';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import { readDropDrift } from '#functions/shards/drop-drift';
import { readPersonalData } from '#functions/shards/read-personal-data';
import { pipelineSchema } from '#schemas/pipeline';
import { evaluationSchema } from '#schemas/records/evaluation';
import { explanationSchema } from '#schemas/records/explanation';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { profileSchema } from '#schemas/records/profile';
import { dropRecordSchema, type RunPointer, trainingRecordSchema } from '#schemas/records/run';
import { sidesSchema } from '#schemas/records/sides';

/** The run of an evaluated candidate, and that of the champion it was compared with. */
export interface JudgedRuns {
  readonly run: RunPointer;
  readonly champion?: RunPointer | null | undefined;
}

/** Judges an evaluated candidate and writes the verdict and the report. */
export async function applyGates(artifacts: ObjectStore, { run, champion }: JudgedRuns): Promise<{ passed: boolean }> {
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const evaluation = await artifacts.readJson(keys.evaluation, evaluationSchema);
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const personalData = await readPersonalData(artifacts, run, fitted.parts.train.length);
  const profile = await artifacts.readJson(keys.profile, profileSchema);
  const notMet = unmet(profile.constraints ?? [], 'warn');
  const dropDrift = await readDropDrift(artifacts, run);
  const warnings = [
    ...labelWarnings(pipeline.dataset, profile),
    ...futureWarnings(pipeline.dataset, profile),
    ...leakageWarnings(fitted),
    ...sliceWarnings(evaluation),
    ...thresholdWarnings(evaluation),
    ...dropDriftWarnings(dropDrift),
  ];
  const verdict = {
    ...judge({
      gates: pipeline.evaluation.gates,
      evaluation,
      personalData,
      ...(champion ? { champion: champion.runId } : {}),
    }),
    ...(notMet.length > 0 ? { unmet: notMet } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  const report = renderReport(
    assembleReport({
      runId: run.runId,
      pipeline,
      evaluation,
      verdict,
      profile,
      fitted,
      sides: await artifacts.readJson(keys.sides, sidesSchema),
      personalData,
      drop: await artifacts.readJson(keys.drop, dropRecordSchema),
      training: await artifacts.readJson(keys.training, trainingRecordSchema),
      champion: champion?.runId,
      dropDrift,
      explanation: await ifThere(artifacts.readJson(keys.explanation, explanationSchema)),
    }),
  );
  await artifacts.writeJson(keys.verdict, verdict);
  await artifacts.writeText(keys.report, report, 'text/html; charset=utf-8');
  return { passed: verdict.passed };
}
