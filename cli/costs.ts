import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dollars, showAmount, unknownText } from '#domain/costs/amount';
import { endpointMonthly, fewestInstances, rollOutCost } from '#domain/costs/endpoint';
import type { Pricing } from '#domain/costs/price-table';
import type { CostSettings } from '#domain/costs/settings';
import { paceOf, rollOutMinutes } from '#domain/roll-outs/pace';
import { objectStore } from '#functions/aws/object-store';
import { stateStore } from '#functions/aws/state-store';
import { forecastCosts } from '#functions/use-cases/forecast-costs';
import { parseCosts } from '#schemas/load-costs';
import type { Pipeline } from '#schemas/pipeline';
import { type RunCosts, runCostsSchema, type StageMonths } from '#schemas/records/costs';
import { projectRoot } from './project.ts';
import type { RunRecord } from './runs.ts';
import type { Target } from './target.ts';

/** `costs.yml` of the project for a stage; list prices and no budget without the file. @throws PipelineConfigError */
export function readProjectCosts(stage: string, root = projectRoot): CostSettings {
  const file = join(root, 'costs.yml');
  return existsSync(file) ? parseCosts(readFileSync(file, 'utf8'), 'costs.yml', stage) : { prices: {} };
}

/** The prices of a target: its region, and the project's own. */
export const pricingOf = ({ region, stage }: Pick<Target, 'region' | 'stage'>): Pricing => ({
  region,
  own: readProjectCosts(stage).prices,
});

/** What the pipelines of a target cost in a month. @param month as 2026-12; the current one without it */
export function readMonths(
  { db, s3, outputs, stage, region }: Target,
  pipelines: readonly string[],
  { now, month }: { readonly now: string; readonly month?: string },
): Promise<StageMonths> {
  const budget = readProjectCosts(stage).budget?.month;
  return forecastCosts(
    {
      store: stateStore(db, outputs.StateTableName),
      artifacts: objectStore(s3, outputs.ArtifactsBucketName),
      pricing: pricingOf({ region, stage }),
      pipelines,
      budget,
    },
    { now, ...(month === undefined ? {} : { month }) },
  );
}

/** The costs in a run's record; undefined for one of a version that kept none. */
export const costsOf = (run: RunRecord): RunCosts | undefined => runCostsSchema.safeParse(run.costs).data;

/** A run's costs in a column: what it used, or the estimate while it is under way. */
export function costCell(run: RunRecord): string {
  const { actual, estimate } = costsOf(run) ?? {};
  if (actual) return dollars(actual.usd);
  return estimate ? `~${dollars(estimate.usd)}` : '-';
}

/** What a run was estimated at and what it cost, in a line; undefined where nothing is recorded. */
export function describeCosts(run: RunRecord): string | undefined {
  const { estimate, like, actual, byKind = {}, forced } = costsOf(run) ?? {};
  if (!estimate && !actual) return undefined;
  const kinds = Object.entries(byKind)
    .filter(([, usd]) => usd > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, usd]) => `${kind} ${dollars(usd)}`);
  const before = estimate && `estimated at ${showAmount(estimate)}${like === undefined ? '' : `, from run ${like}`}`;
  const missing = unknownText(actual ?? estimate ?? { usd: 0, about: false, unknown: [] });
  return [
    actual ? `${showAmount(actual)} (${kinds.join(', ')})${before === undefined ? '' : `; ${before}`}` : before,
    ...(forced === undefined ? [] : [`begun by a person over ${forced}`]),
    ...(missing === undefined ? [] : [missing]),
  ].join('. ');
}

/** What a pipeline's endpoint costs a month, and while it is updated. */
export function describeEndpoint({ deployment }: Pipeline, pricing: Pricing): string {
  const monthly = endpointMonthly(deployment, pricing);
  const what = deployment.serverless ? 'serverless' : `${fewestInstances(deployment)} × ${deployment.instances.type}`;
  const minutes = rollOutMinutes(deployment);
  const share = deployment.strategy === 'rolling' ? { percent: paceOf(deployment).percent } : {};
  const update = rollOutCost(deployment, { minutes, ...share }, pricing);
  const missing = unknownText(monthly);
  return `endpoint, ${what}: ${showAmount(monthly)} a month; each roll-out ${showAmount(update)} more, for a second fleet of ${minutes} minutes${missing === undefined ? '' : `. ${missing}`}`;
}
