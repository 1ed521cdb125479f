import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deploymentKeys } from '#domain/deployment/target';
import { pairCounts, type WindowPairs } from '#domain/drift/window-counts';
import { outcomeItems } from '#domain/outcomes/layout';
import { driftPage, lastJudged, type RealisedDay } from '#domain/reports/drift-page';
import { artifactKeys } from '#domain/runs/layout';
import { baselineSchema } from '#schemas/records/baseline';
import type { DriftRecord } from '#schemas/records/drift-record';
import { performanceSchema } from '#schemas/records/performance';
import { championSchema } from '#schemas/records/run';
import { listChecks, readChecks } from './drift-checks.ts';
import { readLabelWindows } from './label-windows.ts';
import { listItems } from './model-versions.ts';
import { stateDirectory } from './project.ts';
import { readRecord } from './read-record.ts';
import { getState } from './runs.ts';
import type { Target } from './target.ts';

/** Checks on a page, at most: the newest. */
const mostChecks = 200;

/** Realised performance of the champions' answers that callers received, the oldest day first. */
async function readRealised(target: Target, pipeline: string): Promise<RealisedDay[]> {
  const items = await listItems(target, target.outputs.StateTableName, pipeline, outcomeItems.days);
  return items
    .map((item) => performanceSchema.parse(item))
    .toSorted((a, b) => (a.day < b.day ? -1 : 1))
    .flatMap(({ day, models }) => {
      const own = models.findLast(({ role, returned }) => role === 'champion' && returned);
      return own === undefined ? [] : [{ day, metrics: own.metrics }];
    });
}

/** The versions that came into service, with when. */
async function readDeployments(target: Target, pipeline: string) {
  const former = await listItems(target, target.outputs.StateTableName, pipeline, deploymentKeys.formerChampion(''));
  const champion = await getState(target, pipeline, deploymentKeys.champion);
  return [...former, ...(champion ? [champion] : [])].map((item) => {
    const { promotedAt, modelPackageVersion } = championSchema.parse(item);
    return { at: promotedAt, version: modelPackageVersion };
  });
}

/** The bins of a check; none where its run, or what it counted, is not kept. */
async function readBins(target: Target, pipeline: string, check: DriftRecord | undefined): Promise<WindowPairs> {
  if (check?.counts === undefined) return { columns: new Map() };
  const { baseline: key } = artifactKeys({ pipeline, runId: check.runId });
  const baseline = await readRecord(target, key, baselineSchema);
  return baseline === undefined ? { columns: new Map() } : pairCounts(baseline, check.counts);
}

/**
 * Writes the drift of a pipeline as a page.
 *
 * @param since ISO 8601; earlier checks are left out
 * @returns its path
 */
export async function writeDriftReport(
  target: Target,
  pipeline: string,
  { since, file }: { readonly since: string; readonly file?: string | undefined },
): Promise<string> {
  const keys = (await listChecks(target, pipeline, since)).slice(-mostChecks);
  const checks = (await readChecks(target, pipeline, keys)).map(({ record }) => record);
  const [bins, realised, deployments, labels] = await Promise.all([
    readBins(target, pipeline, lastJudged(checks)),
    readRealised(target, pipeline),
    readDeployments(target, pipeline),
    readLabelWindows(target, pipeline),
  ]);
  const path = file ?? join(stateDirectory(), 'reports', `${pipeline}-drift.html`);
  mkdirSync(dirname(path), { recursive: true });
  const page = { pipeline, checks, bins: bins.columns, scoreBins: bins.score, realised, deployments, labels };
  writeFileSync(path, driftPage(page));
  return path;
}
