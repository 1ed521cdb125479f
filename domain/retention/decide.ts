import type { Kept, Removal } from '#schemas/records/clean-up';
import { daysBetween, type Hold, holdsOf, startOfRun } from './holds.ts';
import type { Inventory, OwnedName, RecordedRun } from './inventory.ts';
import { daysOf, type RetentionSettings } from './settings.ts';

/** What a clean-up of a pipeline does. */
export interface Decided {
  readonly removals: readonly Removal[];
  readonly kept: readonly Kept[];
}

/** A leftover of a deployment is not removed before it has had this many days to end. */
const settledDays = 2;
/** How a run ended that registers no model. */
const withoutModel = new Set(['failed', 'rejected']);

/** What belongs to each run, by kind. */
function byRun<T extends { readonly runId: string | undefined }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    if (one.runId !== undefined) found.set(one.runId, [...(found.get(one.runId) ?? []), one]);
  }
  return found;
}

const namesOf = (owned: readonly OwnedName[] = []): string[] => owned.map(({ name }) => name).toSorted();

/** Whether nothing of a run goes. */
const isEmpty = ({ versions, endpointConfigs, models, rows, records, items }: Removal): boolean =>
  [versions, endpointConfigs, models, items].every((parts) => parts.length === 0) && !rows && !records;

/** Why a run stays that nothing refers to. */
const restingReason = (own: RecordedRun | undefined, { runs }: RetentionSettings): string =>
  own?.isRefused ? 'its drop was refused, and later runs leave the drop out' : `it is younger than ${runs}`;

/** Why the parts of a run go. */
function reasonOf(isPast: boolean, { rows, models, endpointConfigs }: Removal, settings: RetentionSettings): string {
  if (isPast) return `nothing refers to it, and it is older than retention.runs (${settings.runs})`;
  const reasons = [
    ...(endpointConfigs.length > 0 ? ['no endpoint uses its endpoint config'] : []),
    ...(models.length > 0 ? ['it ended without a version, and its model stayed'] : []),
    ...(rows ? [`its rows are older than retention.rows (${settings.rows})`] : []),
  ];
  return reasons.join('; ');
}

/**
 * Decides what of a pipeline is no longer needed. It deletes nothing that serves, challenges, is trained, deployed or scored with, waits
 * for a decision or may be rolled back to, and nothing that a later run or check reads (docs/retention.md). What is decided of what is
 * left after a clean-up, whole or broken off, is the rest of the same.
 *
 * @param at the time of the clean-up (ISO 8601)
 * @returns removals in the order of the runs, the oldest first
 */
export function decideRetention(inventory: Inventory, settings: RetentionSettings, at: string): Decided {
  const holds = holdsOf(inventory, settings, at);
  const live = new Set(inventory.liveConfigs);
  const recorded = new Map(inventory.recorded.map((run) => [run.runId, run]));
  const versions = byRun(inventory.versions);
  const configs = byRun(inventory.endpointConfigs);
  const models = byRun(inventory.models);
  const items = byRun(inventory.items);
  const [records, rows] = [new Set(inventory.records), new Set(inventory.rows)];
  const lastServed = new Map<string, string>();
  for (const { runId, supersededAt } of inventory.former) {
    if (supersededAt > (lastServed.get(runId) ?? '')) lastServed.set(runId, supersededAt);
  }

  const removalOf = (runId: string, start: string, hold: Hold | undefined): Removal => {
    const sinceStart = daysBetween(start, at);
    const used = lastServed.get(runId);
    const sinceUse = used === undefined ? sinceStart : Math.min(sinceStart, daysBetween(used, at));
    const packages = versions.get(runId) ?? [];
    const own = recorded.get(runId);
    const isPast = hold === undefined && sinceUse >= daysOf(settings.runs);
    const isSettled = hold?.of !== 'whole' && sinceStart >= settledDays;
    const isOver = hold === undefined && isSettled && packages.length === 0 && withoutModel.has(own?.status ?? '');
    // a run that refused its drop keeps its record: later runs leave the drop out by it
    const ownItem = `${own?.kind ?? 'run'}#${runId}`;
    const all = namesOf(items.get(runId)).filter((sk) => sk !== ownItem);
    const removal: Removal = {
      runId,
      reason: '',
      versions: isPast
        ? packages.map(({ version, modelPackageArn, approval }) => ({ version, modelPackageArn, approval }))
        : [],
      endpointConfigs: isPast || isSettled ? namesOf(configs.get(runId)).filter((name) => !live.has(name)) : [],
      models: isPast || isOver ? namesOf(models.get(runId)) : [],
      rows: rows.has(runId) && (isPast || (hold?.of !== 'whole' && sinceStart >= daysOf(settings.rows))),
      records: records.has(runId) && isPast,
      items: isPast ? [...all, ...(own && !own.isRefused ? [ownItem] : [])] : [],
    };
    return { ...removal, reason: reasonOf(isPast, removal, settings) };
  };

  const removals: Removal[] = [];
  const kept: Kept[] = [];
  const runIds = new Set([
    ...recorded.keys(),
    ...records,
    ...rows,
    ...[versions, configs, models, items].flatMap((m) => [...m.keys()]),
  ]);
  for (const runId of [...runIds].toSorted()) {
    const start = startOfRun(runId);
    const hold = holds.get(runId);
    if (start === undefined) {
      kept.push({ runId, reason: 'its name is not that of a run' });
      continue;
    }
    const removal = removalOf(runId, start, hold);
    if (isEmpty(removal)) kept.push({ runId, reason: hold?.reason ?? restingReason(recorded.get(runId), settings) });
    else removals.push(removal);
  }
  return { removals, kept };
}
