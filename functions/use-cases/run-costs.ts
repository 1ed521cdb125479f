import { byKind, priceAll, sumOf } from '#domain/costs/amount';
import { type Excess, findExcess, type SetBudget } from '#domain/costs/budget';
import { type EarlierRun, estimateRun } from '#domain/costs/estimate-run';
import { monthOf } from '#domain/costs/month';
import { runUsage } from '#domain/costs/run-usage';
import { BudgetExceededError } from '#domain/errors';
import type { RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RunMeter } from '#functions/ports/run-meter';
import type { StateStore } from '#functions/ports/state-store';
import type { StageCosts } from '#functions/runtime/costs';
import { logger } from '#functions/runtime/logger';
import { costedRuns, readMonth } from '#functions/use-cases/month-costs';
import type { Pipeline } from '#schemas/pipeline';
import type { Amount, RunCosts } from '#schemas/records/costs';

/** The dependencies of estimating a run. */
export interface EstimatePorts {
  readonly store: StateStore;
  readonly artifacts: Pick<ObjectStore, 'readJson'>;
  readonly costs: StageCosts;
  /** Names of the pipelines of the stage. */
  readonly pipelines: readonly string[];
}

/** A run that was just admitted. */
export interface AdmittedRun {
  readonly run: RunPointer;
  readonly definition: { readonly text: string; readonly pipeline: Pipeline };
  readonly bytes: number;
  readonly shards: number;
  readonly locating: boolean;
  readonly champion: boolean;
  readonly startedAt: string;
  /** Whether a person wants it whatever it costs. */
  readonly forced: boolean;
}

/** How many of the newest runs are looked at for one on the same machines. */
const mostEarlier = 20;

async function readEarlier(store: StateStore, { pipeline, runId }: RunPointer): Promise<EarlierRun[]> {
  const items = await store.list(pipeline, 'run#', mostEarlier);
  return costedRuns(items).flatMap(({ runId: id, bytes, costs }) =>
    costs?.measured && id !== runId ? [{ runId: id, bytes, measured: costs.measured }] : [],
  );
}

/** What the month has cost before this run: one pipeline, or all of the stage. */
async function spentInMonth(
  { store, artifacts, costs: { pricing } }: EstimatePorts,
  { run, startedAt: now }: AdmittedRun,
  pipelines: readonly string[],
): Promise<Amount> {
  const month = monthOf(now);
  const months = [];
  for (const pipeline of pipelines)
    months.push(await readMonth({ store, artifacts, pricing }, { pipeline, month, now, without: run.runId }));
  return sumOf(months.map(({ spent }) => spent));
}

/** The first budget that the run would exceed: that of its pipeline, then that of the stage. */
async function excessOf(ports: EstimatePorts, admitted: AdmittedRun, estimate: Amount): Promise<Excess | undefined> {
  const { pipeline, text } = admitted.definition;
  const { stage, pricing, budget } = ports.costs;
  const file = `pipelines/${pipeline.name}.yml`;
  const sets: readonly (readonly [SetBudget | undefined, readonly string[]])[] = [
    [pipeline.budget && { budget: pipeline.budget, file, text, stage }, [pipeline.name]],
    [budget && { budget, file: 'costs.yml', stage }, ports.pipelines],
  ];
  for (const [set, pipelines] of sets) {
    if (!set) continue;
    const spent = set.budget.month === undefined ? sumOf([]) : await spentInMonth(ports, admitted, pipelines);
    const wanted = { ...pipeline, pipeline: pipeline.name, estimate, spent, month: monthOf(admitted.startedAt) };
    const excess = findExcess(wanted, set, pricing);
    if (excess) return excess;
  }
  return undefined;
}

/**
 * Estimates what an admitted run will cost, writes it to the run's record, and refuses a run that would exceed a budget. A person may
 * override the budget; the record says so.
 *
 * @throws BudgetExceededError with the figure, the line and the fix
 */
export async function checkCosts(ports: EstimatePorts, admitted: AdmittedRun): Promise<void> {
  const { run, definition, forced } = admitted;
  const { region, pricing, architecture } = ports.costs;
  const earlier = await readEarlier(ports.store, run);
  const plan = { ...admitted, training: definition.pipeline.training, architecture };
  const { amount, like } = estimateRun(plan, earlier, pricing);
  const excess = await excessOf(ports, admitted, amount);
  const costs: RunCosts = {
    region,
    estimate: amount,
    ...(like === undefined ? {} : { like }),
    ...(excess && forced ? { forced: excess.limit } : {}),
  };
  await ports.store.set(run.pipeline, `run#${run.runId}`, { costs });
  if (excess && !forced) throw new BudgetExceededError(excess.message);
}

/** The dependencies of recording what a run used. */
export interface RecordPorts {
  readonly store: StateStore;
  readonly meter: RunMeter;
  readonly costs: StageCosts;
}

/**
 * Records what a run used, and what that costs. A run of which AWS reports nothing keeps its estimate: no reason to fail it.
 *
 * @param executionArn as of `RunMeter`
 */
export async function recordCosts(
  { store, meter, costs: { region, pricing, architecture } }: RecordPorts,
  run: RunPointer,
  executionArn: string,
): Promise<void> {
  const key = `run#${run.runId}`;
  const [before] = costedRuns([{ runId: run.runId, ...(await store.get(run.pipeline, key)) }]);
  const measured = await meter.read(run, executionArn).catch((error: unknown) => {
    logger.warn('what the run used could not be read', { ...run, error: String(error) });
    return undefined;
  });
  if (!measured) return;
  const usage = runUsage(measured, true, architecture);
  const costs: RunCosts = {
    ...before?.costs,
    region,
    actual: priceAll(usage, pricing),
    byKind: byKind(usage, pricing),
    measured,
  };
  await store.set(run.pipeline, key, { costs }, { expression: 'attribute_exists(pk)' });
}
