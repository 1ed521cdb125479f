import { monthOf, previousMonth, stageMonth } from '#domain/costs/month';
import type { Pricing } from '#domain/costs/price-table';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { readMonth } from '#functions/use-cases/month-costs';
import type { StageMonths } from '#schemas/records/costs';

/** The dependencies of a forecast. */
export interface ForecastPorts {
  readonly store: Pick<StateStore, 'get' | 'list'>;
  readonly artifacts: Pick<ObjectStore, 'readJson'>;
  readonly pricing: Pricing;
  /** Names of the pipelines of the stage. */
  readonly pipelines: readonly string[];
  /** What all of them may cost in a month. */
  readonly budget?: number | undefined;
}

/** What a stage has cost in a month until now and will have cost at its end, and what the month before it came to. */
export async function forecastCosts(
  { pipelines, budget, ...ports }: ForecastPorts,
  { now, month = monthOf(now) }: { readonly now: string; readonly month?: string },
): Promise<StageMonths> {
  const found = [];
  let before = 0;
  for (const pipeline of pipelines) {
    found.push(await readMonth(ports, { pipeline, month, now }));
    before += (await readMonth(ports, { pipeline, month: previousMonth(month), now })).spent.usd;
  }
  return {
    month,
    before,
    ...(budget === undefined ? {} : { budget }),
    ...stageMonth(found),
    pipelines: found.toSorted((a, b) => b.forecast.usd - a.forecast.usd),
  };
}
