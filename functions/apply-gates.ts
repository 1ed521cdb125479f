import * as z from 'zod';
import { unmet } from '#domain/constraints/judge';
import { applyGates } from '#domain/gates/apply';
import { assembleReport } from '#domain/reports/assemble';
import { renderReport } from '#domain/reports/render';
import { artifactKeys } from '#domain/runs/layout';
import { artifactStore } from '#functions/aws/buckets';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { readPersonalData } from '#functions/shards/read-personal-data';
import { pipelineSchema } from '#schemas/pipeline';
import { evaluationSchema } from '#schemas/records/evaluation';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { profileSchema } from '#schemas/records/profile';
import { dropRecordSchema, runPointerSchema, trainingRecordSchema } from '#schemas/records/run';

const config = readConfig(['ARTIFACTS_BUCKET']);

/** Judges an evaluated candidate and writes the verdict and the report. */
export const handler = withMiddleware(
  z.object({ run: runPointerSchema, champion: runPointerSchema.nullish() }),
  async ({ run, champion }) => {
    const artifacts = artifactStore(config);
    const keys = artifactKeys(run);
    const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
    const evaluation = await artifacts.readJson(keys.evaluation, evaluationSchema);
    const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
    const personalData = await readPersonalData(artifacts, run, fitted.parts.train.length);
    const profile = await artifacts.readJson(keys.profile, profileSchema);
    const warnings = unmet(profile.constraints ?? [], 'warn');
    const judged = applyGates({
      gates: pipeline.evaluation.gates,
      evaluation,
      personalData,
      ...(champion ? { champion: champion.runId } : {}),
    });
    const verdict = { ...judged, ...(warnings.length > 0 ? { warnings } : {}) };
    const report = renderReport(
      assembleReport({
        runId: run.runId,
        pipeline,
        evaluation,
        verdict,
        profile,
        fitted,
        personalData,
        drop: await artifacts.readJson(keys.drop, dropRecordSchema),
        training: await artifacts.readJson(keys.training, trainingRecordSchema),
        champion: champion?.runId,
      }),
    );
    await artifacts.writeJson(keys.verdict, verdict);
    await artifacts.writeText(keys.report, report, 'text/html; charset=utf-8');
    return { passed: verdict.passed };
  },
);
