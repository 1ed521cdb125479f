import { constrainedData } from '#domain/constraints/subjects';
import { renderDataReport } from '#domain/reports/data-report';
import { type RunDataPage, runDataPage } from '#domain/reports/run-data-page';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { SampledInputs } from '#functions/shards/leakage';
import type { Pipeline } from '#schemas/pipeline';
import { constraintsRecordSchema } from '#schemas/records/constraints';
import { factsSchema } from '#schemas/records/facts';
import type { LeakageFinding } from '#schemas/records/fitted-transform';
import { dropRecordSchema } from '#schemas/records/run';

/** Writes the report of a drop again, with the columns that the pipeline refuses because they give the label away. */
export async function writeDataReport(
  artifacts: ObjectStore,
  run: RunPointer,
  pipeline: Pipeline,
  leakage: readonly LeakageFinding[],
): Promise<void> {
  const keys = artifactKeys(run);
  const [drop, facts, { results }] = await Promise.all([
    artifacts.readJson(keys.drop, dropRecordSchema),
    artifacts.readJson(keys.facts, factsSchema),
    artifacts.readJson(keys.constraints, constraintsRecordSchema),
  ]);
  const { classes } = constrainedData(pipeline);
  const report = renderDataReport({ pipeline, runId: run.runId, drop, facts, results, leakage, classes });
  await artifacts.writeText(keys.report, report, 'text/html; charset=utf-8');
}

/** Writes the data report of a run, by what its steps have measured. */
export async function writeRunData(
  artifacts: ObjectStore,
  {
    run,
    pipeline,
    sample,
    ...measured
  }: Pick<RunDataPage, 'profile' | 'fitted' | 'sides' | 'seenBefore' | 'personalData'> & {
    readonly run: RunPointer;
    readonly pipeline: Pipeline;
    readonly sample: SampledInputs;
  },
): Promise<void> {
  const keys = artifactKeys(run);
  const drop = await artifacts.readJson(keys.drop, dropRecordSchema);
  const refusesLeakage = pipeline.leakage?.action === 'refuse';
  const page = runDataPage({
    pipeline,
    runId: run.runId,
    drop,
    ...measured,
    leakage: sample.findings,
    refusesLeakage,
    sample,
  });
  await artifacts.writeText(keys.dataReport, page, 'text/html; charset=utf-8');
}
