import { unmet } from '#domain/constraints/judge';
import { applyGates as judge } from '#domain/gates/apply';
import { leakageWarnings } from '#domain/leakage/warnings';
import { assembleReport } from '#domain/reports/assemble';
import { renderReport } from '#domain/reports/render';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { readPersonalData } from '#functions/shards/read-personal-data';
import { pipelineSchema } from '#schemas/pipeline';
import { evaluationSchema } from '#schemas/records/evaluation';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { profileSchema } from '#schemas/records/profile';
import { dropRecordSchema, trainingRecordSchema } from '#schemas/records/run';
import { sidesSchema } from '#schemas/records/sides';

/** Judges an evaluated candidate and writes the verdict and the report. */
export async function applyGates(
  artifacts: ObjectStore,
  { run, champion }: { readonly run: RunPointer; readonly champion?: RunPointer | null | undefined },
): Promise<{ passed: boolean }> {
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const evaluation = await artifacts.readJson(keys.evaluation, evaluationSchema);
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const personalData = await readPersonalData(artifacts, run, fitted.parts.train.length);
  const profile = await artifacts.readJson(keys.profile, profileSchema);
  const warnings = unmet(profile.constraints ?? [], 'warn');
  const leakage = leakageWarnings(fitted);
  const judged = judge({
    gates: pipeline.evaluation.gates,
    evaluation,
    personalData,
    ...(champion ? { champion: champion.runId } : {}),
  });
  const verdict = {
    ...judged,
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(leakage.length > 0 ? { leakage } : {}),
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
    }),
  );
  await artifacts.writeJson(keys.verdict, verdict);
  await artifacts.writeText(keys.report, report, 'text/html; charset=utf-8');
  return { passed: verdict.passed };
}
