import { nothing, sumOf } from '#domain/costs/amount';
import { pipelineMonth, type ServedTime } from '#domain/costs/month';
import type { Pricing } from '#domain/costs/price-table';
import { deploymentKeys } from '#domain/deployment/target';
import { artifactKeys } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateItem, StateStore } from '#functions/ports/state-store';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';
import { costedRunSchema, type PipelineMonth, servedCostsSchema } from '#schemas/records/costs';

/** The dependencies of summing a month. */
export interface MonthPorts {
  readonly store: Pick<StateStore, 'get' | 'list'>;
  readonly artifacts: Pick<ObjectStore, 'readJson'>;
  readonly pricing: Pricing;
}

/** What is summed. */
export interface WantedMonth {
  readonly pipeline: string;
  /** As `2026-12`. */
  readonly month: string;
  /** ISO 8601. */
  readonly now: string;
  /** A run that does not count, since it is the one that is asked for. */
  readonly without?: string;
}

/** How an endpoint was served by the model of a run; undefined where the run's records are gone. */
async function readServed({ artifacts }: MonthPorts, pipeline: string, runId: string) {
  try {
    const config = await artifacts.readJson(artifactKeys({ pipeline, runId }).config, servedCostsSchema);
    return config.deployment;
  } catch (error) {
    if (isTransient(error)) throw error;
    logger.warn('what an endpoint cost is not known: the configuration of its run is gone', { pipeline, runId });
    return undefined;
  }
}

/** When the pipeline's endpoint served in a month, and how; the runs of which nobody knows how. */
async function readTimes(ports: MonthPorts, { pipeline, month }: WantedMonth) {
  const { store } = ports;
  const champion = await store.get(pipeline, deploymentKeys.champion);
  const former = await store.list(pipeline, deploymentKeys.formerChampion(''));
  const wanted = [...(champion ? [champion] : []), ...former].filter(
    ({ supersededAt }) => supersededAt === undefined || String(supersededAt) >= month,
  );
  const times: ServedTime[] = [];
  const gone: string[] = [];
  for (const { runId, promotedAt, supersededAt } of wanted) {
    const served = await readServed(ports, pipeline, String(runId));
    if (!served) gone.push(String(runId));
    else times.push({ served, from: String(promotedAt), ...(supersededAt ? { to: String(supersededAt) } : {}) });
  }
  return { times, gone };
}

/** The records of runs that were admitted; others have no costs. */
export const costedRuns = (items: readonly StateItem[]) =>
  items.flatMap((item) => {
    const { data } = costedRunSchema.safeParse(item);
    return data ? [data] : [];
  });

/** What a pipeline has cost in a month, by its runs and its endpoint. The endpoint of a challenger is not counted. */
export async function readMonth(ports: MonthPorts, wanted: WantedMonth): Promise<PipelineMonth> {
  const { pipeline, month, now, without } = wanted;
  // a run's id begins with its day
  const items = await ports.store.list(pipeline, `run#${month.replace('-', '')}`);
  const runs = costedRuns(items).filter(({ runId }) => runId !== without);
  const { times, gone } = await readTimes(ports, wanted);
  const found = pipelineMonth({ pipeline, runs, times }, month, now, ports.pricing);
  const missing = { ...nothing, unknown: gone.map((runId) => `the endpoint of run ${runId}`) };
  return { ...found, spent: sumOf([found.spent, missing]), forecast: sumOf([found.forecast, missing]) };
}
