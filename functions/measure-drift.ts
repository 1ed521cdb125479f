import * as z from 'zod';
import { windowStart } from '#domain/drift/captures';
import { compareWindow } from '#domain/drift/compare';
import { ConfigurationError, NotFoundError } from '#domain/errors';
import { artifactKeys } from '#domain/runs/layout';
import { artifactStore, cleanStore } from '#functions/aws/buckets';
import { runStore } from '#functions/aws/tables';
import type { StateStore } from '#functions/ports/state-store';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { measureCaptures, measureDrop } from '#functions/shards/drift-window';
import { functionMemoryMb } from '#functions/shards/duckdb';
import { pipelineSchema } from '#schemas/pipeline';
import { baselineSchema } from '#schemas/records/baseline';
import type { DriftCheck } from '#schemas/records/drift-check';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { championSchema } from '#schemas/records/run';

const config = readConfig(['CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE']);
const memoryMb = functionMemoryMb();

/** Columns a state payload carries; the whole report is in the artifacts bucket. */
const reported = 20;

/** The newest run that read its whole drop: one under way, or one that failed, may have read a part. */
async function newestRun(store: StateStore, pipeline: string, champion: string): Promise<string> {
  const runs = await store.list(pipeline, 'run#', 50);
  return String(runs.find(({ status }) => status !== 'running' && status !== 'failed')?.['runId'] ?? champion);
}

/**
 * Compares what the champion sees now with what it was trained on. The full report goes to the artifacts bucket; the answer
 * holds what decides and what Slack tells.
 *
 * @throws NotFoundError when the pipeline has no champion; ConfigurationError when its configuration has no drift section
 */
export const handler = withMiddleware(
  z.object({ pipeline: z.string().min(1), executionArn: z.string().min(1), checkedAt: z.iso.datetime() }),
  async ({ pipeline: name, checkedAt }): Promise<DriftCheck> => {
    const store = runStore(config);
    const item = await store.get(name, 'champion');
    if (!item)
      throw new NotFoundError(`Pipeline ${name} has no model in service: there is nothing to compare with yet.`);
    const champion = championSchema.parse(item);
    const artifacts = artifactStore(config);
    const keys = artifactKeys({ pipeline: name, runId: champion.runId });
    const { drift } = await artifacts.readJson(keys.config, pipelineSchema);
    if (!drift)
      throw new ConfigurationError(
        `Pipeline ${name} has no drift section in the configuration run ${champion.runId} was trained with.`,
      );
    const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
    const baseline = await artifacts.readJson(keys.baseline, baselineSchema);
    const clean = cleanStore(config);

    const start = windowStart(drift.window, checkedAt);
    const from = drift.source === 'captures' && champion.promotedAt > start ? champion.promotedAt : start;
    const measured =
      drift.source === 'captures'
        ? await measureCaptures(
            clean,
            { pipeline: name, endpoint: champion.endpointName, from, to: checkedAt },
            fitted,
            baseline,
          )
        : await measureDrop(
            clean,
            { pipeline: name, runId: await newestRun(store, name, champion.runId) },
            memoryMb,
            fitted,
            baseline,
          );
    const scored = drift.source === 'captures' ? baseline : { ...baseline, score: undefined };
    const report = compareWindow({ ...drift, baseline: scored, window: measured.window });

    const reportKey = `${name}/drift/${checkedAt.replaceAll(':', '-')}.json`;
    await artifacts.writeJson(reportKey, {
      ...report,
      from,
      to: checkedAt,
      skipped: measured.skipped,
      runId: champion.runId,
    });
    const last = await store.get(name, 'drift');
    const fellSilent =
      last?.['checkedAt'] === checkedAt
        ? last['fellSilent'] === true
        : report.rows === 0 && Number(last?.['rows'] ?? 0) > 0;
    await store.put(name, 'drift', { checkedAt, rows: report.rows, drifted: report.drifted, fellSilent, reportKey });
    return {
      pipeline: name,
      runId: champion.runId,
      source: drift.source,
      window: { from, to: checkedAt, rows: report.rows },
      tooSmall: report.tooSmall,
      drifted: report.drifted,
      fellSilent,
      notify: report.drifted || fellSilent,
      action: drift.action,
      driftedColumns: report.driftedColumns.slice(0, reported),
      columns: report.columns
        .toSorted((a, b) => Number(b.drifted) - Number(a.drifted) || b.psi - a.psi)
        .slice(0, reported),
      ...(report.score ? { score: report.score } : {}),
      reportKey,
    };
  },
);
