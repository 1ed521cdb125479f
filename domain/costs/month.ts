import { nothing, sumOf } from '#domain/costs/amount';
import { endpointHours, type Served } from '#domain/costs/endpoint';
import type { Pricing } from '#domain/costs/price-table';
import type { Amount, CostKind, PipelineMonth, RunCosts } from '#schemas/records/costs';

/** A calendar month in UTC, as `2026-12`. */
export const monthPattern = /^\d{4}-(0[1-9]|1[0-2])$/;
export const monthOf = (iso: string): string => iso.slice(0, 7);

const hourMs = 3_600_000;
const startMs = (month: string): number => Date.parse(`${month}-01T00:00:00Z`);

/** The month after one. */
export function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

/** The month before one. */
export function previousMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, '0')}`;
}

/** The hours of a month that are over at a time, from 0 to all of them, and all of them. */
export function hoursPassed(month: string, now: string): { readonly passed: number; readonly all: number } {
  const all = (startMs(nextMonth(month)) - startMs(month)) / hourMs;
  return { passed: Math.min(all, Math.max(0, (Date.parse(now) - startMs(month)) / hourMs)), all };
}

/** A time in which an endpoint served by some settings. */
export interface ServedTime {
  readonly served: Served;
  readonly from: string;
  /** Undefined while it serves. */
  readonly to?: string | undefined;
}

/** The hours of a time that are within a month, and before now. */
export function hoursWithin(
  { from, to = '9999-12-31' }: Omit<ServedTime, 'served'>,
  month: string,
  now: string,
): number {
  const begin = Math.max(Date.parse(from), startMs(month));
  const end = Math.min(Date.parse(to), Date.parse(now), startMs(nextMonth(month)));
  return Math.max(0, (end - begin) / hourMs);
}

/** A run of the month. */
export interface RunOfMonth {
  readonly runId: string;
  readonly costs?: RunCosts | undefined;
}

/** What a run counts for: what it used, or the estimate while it is under way. A run of a version that kept neither is not known. */
export const countedCost = ({ costs, runId }: RunOfMonth): Amount =>
  costs?.actual ?? costs?.estimate ?? { ...nothing, unknown: [`run ${runId}`] };

const addKinds = (all: readonly Readonly<Partial<Record<CostKind, number>>>[]): Partial<Record<CostKind, number>> => {
  const sums: Partial<Record<CostKind, number>> = {};
  for (const one of all) {
    for (const [kind, usd] of Object.entries(one)) sums[kind as CostKind] = (sums[kind as CostKind] ?? 0) + usd;
  }
  return sums;
};

/**
 * What a pipeline cost in a month until now, and the forecast to the month's end: its runs go on at the same pace, and the endpoint stays
 * as it is.
 *
 * @param times when its endpoint served, the time that goes on among them
 */
export function pipelineMonth(
  {
    pipeline,
    runs,
    times,
  }: { readonly pipeline: string; readonly runs: readonly RunOfMonth[]; readonly times: readonly ServedTime[] },
  month: string,
  now: string,
  pricing?: Pricing,
): PipelineMonth {
  const ofRuns = sumOf(runs.map(countedCost));
  const ofEndpoint = sumOf(times.map((time) => endpointHours(time.served, hoursWithin(time, month, now), pricing)));
  const { passed, all } = hoursPassed(month, now);
  const pace = passed > 0 ? all / passed : 1;
  const left = sumOf(
    times.filter(({ to }) => to === undefined).map(({ served }) => endpointHours(served, all - passed, pricing)),
  );
  return {
    pipeline,
    runs: runs.length,
    spent: sumOf([ofRuns, ofEndpoint]),
    byKind: addKinds([
      ...runs.map(({ costs }) => costs?.byKind ?? {}),
      ...(ofEndpoint.usd > 0 ? [{ endpoint: ofEndpoint.usd }] : []),
    ]),
    forecast: sumOf([
      { ...ofRuns, usd: ofRuns.usd * pace, about: ofRuns.about || (ofRuns.usd > 0 && pace > 1) },
      ofEndpoint,
      left,
    ]),
    endpointLeft: left,
  };
}

/** The whole stage in a month. */
export const stageMonth = (pipelines: readonly PipelineMonth[]) => ({
  spent: sumOf(pipelines.map(({ spent }) => spent)),
  forecast: sumOf(pipelines.map(({ forecast }) => forecast)),
  byKind: addKinds(pipelines.map(({ byKind }) => byKind)),
});
