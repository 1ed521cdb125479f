import { variantName } from '#domain/deployment/requests';
import { deploymentKeys } from '#domain/deployment/target';
import { hoursToMerge } from '#domain/drift/windows/compaction';
import { hourOf, hourStart } from '#domain/drift/windows/hours';
import { captureCountKey, countKeys, countPrefix } from '#domain/drift/windows/layout';
import { LATE_HOURS, listedFrom, planCaptures } from '#domain/drift/windows/new-captures';
import { hoursNeeded } from '#domain/drift/windows/settings';
import { TransientError } from '#domain/errors';
import { artifactKeys, capturePrefix } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifAbsent, ifEquals, type StateStore } from '#functions/ports/state-store';
import { sha256Hex } from '#functions/runtime/hash';
import { readChampion } from '#functions/shards/watched-model';
import type { ListCaptures, ListedCaptures } from '#schemas/events/count-captures';
import { pipelineSchema } from '#schemas/pipeline';
import {
  type CaptureBatch,
  type CaptureCount,
  captureCountSchema,
  captureLedgerSchema,
} from '#schemas/records/capture-counts';
import type { Champion } from '#schemas/records/run';

/** The dependencies of listing what captures are new. */
export interface ListCapturesPorts {
  readonly clean: Pick<ObjectStore, 'list'>;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
}

/** A plan that no check has done for so long is given up, and counting begins anew: what it rests on expires. In milliseconds. */
const givenUp = 7 * 24 * 3_600_000;

const later = (a: string, b: string): string => (Date.parse(a) > Date.parse(b) ? a : b);
const nothing: ListedCaptures = { counted: null, batches: 0, planKey: null, counting: null };

/**
 * Writes how far captures are counted.
 *
 * @throws TransientError when another check wrote it since it was read
 */
async function write(store: StateStore, pipeline: string, next: CaptureCount): Promise<CaptureCount> {
  const condition = next.revision === 1 ? ifAbsent : ifEquals('revision', next.revision - 1);
  if (await store.put(pipeline, captureCountKey, next, condition)) return next;
  throw new TransientError(`Another check counts the captures of ${pipeline}.`);
}

/** What is counted of the champion. Counting begins anew with each promotion, because the bins are those of its baseline. */
async function currentCount(
  { store }: ListCapturesPorts,
  { pipeline, checkedAt }: ListCaptures,
  { runId, promotedAt }: Champion,
  needed: string,
): Promise<CaptureCount> {
  const item = await store.get(pipeline, captureCountKey);
  const found = item && captureCountSchema.parse(item);
  const isGivenUp = found?.pending && Date.parse(checkedAt) - Date.parse(found.pending.at) > givenUp;
  if (found?.runId === runId && found.promotedAt === promotedAt && !isGivenUp) return found;
  return write(store, pipeline, {
    runId,
    promotedAt,
    prefix: countPrefix(pipeline, runId, checkedAt),
    since: new Date(later(promotedAt, needed)).toISOString(),
    count: 0,
    pending: null,
    last: null,
    revision: (found?.revision ?? 0) + 1,
  });
}

/** The plan is done: what it lists is counted. */
function commit(count: CaptureCount): CaptureCount {
  const { pending } = count;
  if (!pending) return count;
  return {
    ...count,
    count: pending.count,
    ledgerKey: pending.ledgerKey,
    newest: pending.newest,
    pending: null,
    last: { by: pending.by, more: pending.more },
    revision: count.revision + 1,
  };
}

/** The hours that one function merges. */
const mergedAtOnce = 24;

/** The batches that merge sketches of recent hours. @param first the place of the first batch */
async function planMerges(
  artifacts: ObjectStore,
  { prefix, count }: CaptureCount,
  checkedAt: string,
  first: number,
): Promise<CaptureBatch[]> {
  const { sketches } = countKeys(prefix);
  // an hour that is older gets no more sketches
  const from = hourOf(hourStart(checkedAt, -2 * LATE_HOURS));
  const names = (await artifacts.list(sketches, `${sketches}${from}`)).map(({ key }) => key.slice(sketches.length));
  const hours = hoursToMerge(names, count);
  return Array.from({ length: Math.ceil(hours.length / mergedAtOnce) }, (_, i) => ({
    index: first + i,
    objects: [],
    merges: hours
      .slice(i * mergedAtOnce, (i + 1) * mergedAtOnce)
      .map(({ hour, sketches: own }) => ({ hour, sketches: [...own] })),
  }));
}

/** Lists what is new and plans its batches; as it was where nothing is. */
async function plan(
  { clean, artifacts, store }: ListCapturesPorts,
  { pipeline, checkedAt, by }: ListCaptures,
  current: CaptureCount,
  { endpointName }: Champion,
  needed: string,
): Promise<CaptureCount> {
  const from = listedFrom(later(current.since, needed), current.newest);
  const base = `${capturePrefix(pipeline)}/${endpointName}/${variantName}/`;
  const listed = await clean.list(base, `${base}${from}`);
  const { ledgerKey, newest } = current;
  const counted =
    ledgerKey !== undefined && newest !== undefined && newest >= from
      ? await artifacts.readJson(ledgerKey, captureLedgerSchema)
      : { newest, hours: {} };
  const { batches, ledger, more } = planCaptures(
    listed.map(({ key, size }) => ({ name: key.slice(base.length), size })),
    counted,
  );
  if (batches.length === 0) return current;
  const count = current.count + 1;
  const keys = countKeys(current.prefix);
  const planned = [...batches, ...(await planMerges(artifacts, current, checkedAt, batches.length))];
  const hash = sha256Hex(JSON.stringify(planned)).slice(0, 12);
  const pending = { count, planKey: keys.plan(count, hash), ledgerKey: keys.ledger(count, hash) };
  await artifacts.writeJson(pending.ledgerKey, ledger);
  await artifacts.writeJson(pending.planKey, planned);
  return write(store, pipeline, {
    ...current,
    pending: { ...pending, newest: ledger.newest, batches: planned.length, more, by, at: checkedAt },
    revision: current.revision + 1,
  });
}

/**
 * Says what is to be counted before a check may measure. A plan that another check has not done yet comes first: any check may count its
 * batches, because each writes the same objects whoever counts it. Then the check plans what is new, once; captures that arrive meanwhile
 * are the next check's.
 *
 * @throws TransientError when another check plans at this moment
 */
export async function listCaptures(ports: ListCapturesPorts, event: ListCaptures): Promise<ListedCaptures> {
  const { artifacts, store } = ports;
  const { pipeline, checkedAt, by, done } = event;
  const champion = await readChampion(store, pipeline);
  if (!champion || (await store.get(pipeline, deploymentKeys.retired))) return nothing;
  const run = { pipeline, runId: champion.runId };
  const { drift } = await artifacts.readJson(artifactKeys(run).config, pipelineSchema);
  if (drift?.source !== 'captures') return nothing;
  const needed = hourStart(checkedAt, -hoursNeeded(drift));
  let current = await currentCount(ports, event, champion, needed);
  if (done !== null && current.pending?.planKey === done) current = await write(store, pipeline, commit(current));
  const isFinished = current.last?.by === by && !current.last.more;
  if (!current.pending && !isFinished) current = await plan(ports, event, current, champion, needed);
  const { pending, prefix, since, count, promotedAt } = current;
  return {
    counted: { runId: champion.runId, promotedAt, prefix, since, count },
    batches: pending?.batches ?? 0,
    planKey: pending?.planKey ?? null,
    counting: pending && { run, endpoint: champion.endpointName, prefix, count: pending.count, since },
  };
}
