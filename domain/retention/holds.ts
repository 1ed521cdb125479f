import { rollBackOrder } from '#domain/registry/roll-back-target';
import type { Inventory, References, StoredVersion, UnderWay } from './inventory.ts';
import { daysOf, longestRunDays, type RetentionSettings } from './settings.ts';

/** Why a run is kept whatever its age. */
export interface Hold {
  /** `whole`: nothing of it goes. `model`: its rows and unused endpoint configs may go; records, model and version stay. */
  readonly of: 'whole' | 'model';
  readonly reason: string;
}

const day = 86_400_000;
/** Labels of a window of this many days are judged together: a model that answered then is read as long. */
const judgedDays = 60;

/** Days from a time to another (ISO 8601). */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / day;

/**
 * When a run started, by its id (`makeRunId` in domain/naming.ts).
 *
 * @returns ISO 8601; undefined for another name
 */
export function startOfRun(runId: string): string | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{4}$/.exec(runId);
  if (!found) return undefined;
  const [, year, month, date, hour, minute, second] = found;
  const text = `${year}-${month}-${date}T${hour}:${minute}:${second}.000Z`;
  return Number.isNaN(Date.parse(text)) ? undefined : text;
}

const underWayReasons: Readonly<Record<UnderWay, string>> = {
  training: 'it is under way',
  deploying: 'it is being deployed',
  challenging: 'it challenges the champion',
  scoring: 'its model scores a batch now',
};

/**
 * What holds runs for a moment or for good without a look at versions: what serves, what is under way, what the next drop is compared
 * with. Read again right before something is deleted.
 */
export function directHolds({ champion, underWay, lastGood }: References): Map<string, Hold> {
  const holds = new Map<string, Hold>();
  if (lastGood !== undefined) holds.set(lastGood, { of: 'model', reason: 'the next drop is compared with it' });
  for (const { runId, as } of underWay) holds.set(runId, { of: 'whole', reason: underWayReasons[as] });
  if (champion) holds.set(champion.runId, { of: 'whole', reason: 'its model serves' });
  return holds;
}

/** When a model was last of use: it was registered, or another one took its place (ISO 8601). */
function lastUse({ former }: References, { version, registeredAt }: StoredVersion): string {
  return former
    .filter((f) => f.version === version)
    .reduce((last, { supersededAt }) => (supersededAt > last ? supersededAt : last), registeredAt);
}

/** The versions that stay to be rolled back to: where a roll-back without a number leads, the newest, and those that were of use lately. */
function rollBackTargets(inventory: Inventory, { models }: RetentionSettings, at: string): Set<number> {
  const { champion, former, versions } = inventory;
  const approved = versions
    .filter(({ approval, version }) => approval === 'Approved' && version !== champion?.version)
    .toSorted((a, b) => b.version - a.version);
  const numbers = new Set(approved.map(({ version }) => version));
  const serving = champion && { modelPackageVersion: champion.version };
  const served = former.map(({ version }) => ({ modelPackageVersion: version }));
  const next = rollBackOrder(served, serving).find(({ modelPackageVersion: v }) => numbers.has(v));
  const lately = approved.filter((v) => daysBetween(lastUse(inventory, v), at) < daysOf(models.for));
  return new Set([
    ...(next ? [next.modelPackageVersion] : []),
    ...approved.slice(0, models.versions).map(({ version }) => version),
    ...lately.map(({ version }) => version),
  ]);
}

/** Runs whose answers are still read: predictions and outcomes are kept. */
const answeredLately = ({ former, challenged }: References, { predictions }: RetentionSettings, at: string): string[] =>
  [
    ...former.map(({ runId, supersededAt }) => ({ runId, until: supersededAt })),
    ...challenged.map(({ runId, endedAt }) => ({ runId, until: endedAt })),
  ]
    .filter(({ until }) => daysBetween(until, at) < daysOf(predictions) + judgedDays)
    .map(({ runId }) => runId);

/** The newest run, and the newest batch, that a drift check may read: it passes over those that run or failed. */
const newestOf = ({ recorded }: Inventory, kind: 'run' | 'batch'): string | undefined =>
  recorded
    .filter((run) => run.kind === kind && run.status !== 'running' && run.status !== 'failed')
    .map(({ runId }) => runId)
    .toSorted()
    .at(-1);

/**
 * Every run that is kept whatever its age, with the reason; of several reasons the strongest.
 *
 * @param at the time of the clean-up (ISO 8601)
 */
export function holdsOf(inventory: Inventory, settings: RetentionSettings, at: string): Map<string, Hold> {
  const holds = new Map<string, Hold>();
  for (const runId of answeredLately(inventory, settings, at))
    holds.set(runId, { of: 'model', reason: 'predictions of its model are kept' });
  const targets = rollBackTargets(inventory, settings, at);
  for (const { runId, version } of inventory.versions) {
    if (runId !== undefined && targets.has(version))
      holds.set(runId, { of: 'model', reason: `version ${version} may be rolled back to` });
  }
  for (const kind of ['run', 'batch'] as const) {
    const newest = newestOf(inventory, kind);
    if (newest !== undefined) holds.set(newest, { of: 'whole', reason: `it is the newest ${kind}` });
  }
  for (const { runId, status } of inventory.recorded) {
    const start = startOfRun(runId);
    const mayRun = start === undefined || daysBetween(start, at) < longestRunDays;
    if (status === 'running' && mayRun) holds.set(runId, { of: 'whole', reason: 'it is under way' });
  }
  for (const { runId, version, approval } of inventory.versions) {
    if (runId !== undefined && approval === 'PendingManualApproval')
      holds.set(runId, { of: 'whole', reason: `version ${version} waits for a decision` });
  }
  for (const [runId, hold] of directHolds(inventory)) {
    if (hold.of === 'whole' || !holds.has(runId)) holds.set(runId, hold);
  }
  return holds;
}
