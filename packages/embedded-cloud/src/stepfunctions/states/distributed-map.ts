import { type ItemBatcher, isObject, type Json, type JsonObject, MAX_PAYLOAD_BYTES, type MapState } from '../asl.ts';
import { ExecutionError, ExecutionSuspended, errorDetails, errorNames } from '../errors.ts';
import type { ChildResult, ChildWork, MapRun } from '../interpreter/environment.ts';
import { rememberedNumber } from '../interpreter/recovery.ts';
import type { StateRun } from '../interpreter/state-run.ts';
import { itemsOf, objectItems } from './item-formats.ts';
import type { ItemSource } from './item-manifests.ts';
import { readItems } from './item-reader.ts';
import { inlineItems, maxConcurrency } from './map-items.ts';
import { transformResults, writeResults } from './result-writer.ts';
import { readTolerance, type Tolerance } from './tolerance.ts';

/** Children this machine runs at once when MaxConcurrency asks for no limit or for a higher one; AWS allows 10,000. */
const MAX_CHILDREN_AT_ONCE = 64;

/** Says whether more items failed than are tolerated; without any tolerance a single one is too many. */
function isExceeded({ count, percentage }: Tolerance, failed: number, total: number): boolean {
  if (count === undefined && percentage === undefined) return failed > 0;
  if (count !== undefined && failed > count) return true;
  return percentage !== undefined && (failed / Math.max(1, total)) * 100 > percentage;
}

async function selectItems(run: StateRun<MapState>, sources: readonly ItemSource[]): Promise<ChildWork[]> {
  const { ItemSelector } = run.state;
  const work: ChildWork[] = [];
  for (const { items, source } of sources) {
    for (const { value, key } of items) {
      const item = { Index: work.length, Value: value, ...(key !== undefined && { Key: key }), Source: source };
      const context = { Map: { Item: item } };
      const input = ItemSelector === undefined ? value : await run.evaluate(ItemSelector, 'ItemSelector', { context });
      work.push({ input, items: 1 });
    }
  }
  return work;
}

const batchMaxima = { MaxItemsPerBatch: 100_000_000, MaxInputBytesPerBatch: MAX_PAYLOAD_BYTES } as const;

/** Gathers selected items into batches by number and by bytes of their JSON text. */
async function batchItems(
  run: StateRun<MapState>,
  batcher: ItemBatcher,
  work: readonly ChildWork[],
): Promise<ChildWork[]> {
  const limit = async (field: 'MaxItemsPerBatch' | 'MaxInputBytesPerBatch'): Promise<number> => {
    const template = batcher[field];
    return template === undefined
      ? Number.POSITIVE_INFINITY
      : run.evaluateInteger(template, `ItemBatcher/${field}`, [1, batchMaxima[field]]);
  };
  const maxItems = await limit('MaxItemsPerBatch');
  const maxBytes = await limit('MaxInputBytesPerBatch');
  const common =
    batcher.BatchInput === undefined
      ? {}
      : { BatchInput: await run.evaluate(batcher.BatchInput, 'ItemBatcher/BatchInput') };
  const sizeOf = (items: Json[]) => Buffer.byteLength(JSON.stringify({ ...common, Items: items }));

  const batches: Json[][] = [];
  let bytes = 0;
  for (const { input } of work) {
    const last = batches.at(-1);
    const added = Buffer.byteLength(JSON.stringify(input)) + 1;
    if (last && last.length < maxItems && bytes + added <= maxBytes) {
      last.push(input);
      bytes += added;
    } else {
      batches.push([input]);
      bytes = sizeOf([input]);
    }
  }
  return batches.map((items) => ({ input: { ...common, Items: items }, items: items.length }));
}

interface Verdict {
  readonly children: ChildResult[];
  readonly exceeded: boolean;
}

/** Runs children side by side until all are done, or too many have failed. */
async function runChildren(
  run: StateRun<MapState>,
  mapRun: MapRun,
  work: readonly ChildWork[],
  tolerance: Tolerance,
  limit: number,
  stop: AbortController,
): Promise<Verdict> {
  const total = work.reduce((sum, { items }) => sum + items, 0);
  const children: ChildResult[] = [];
  let next = 0;
  let failedItems = 0;
  let exceeded = false;
  const worker = async (): Promise<void> => {
    while (next < work.length && !exceeded) {
      const index = next;
      next += 1;
      const unit = work[index];
      if (!unit) return;
      const child = await mapRun.runChild(run.state.ItemProcessor, unit, index);
      children[index] = child;
      if (child.status === 'SUCCEEDED') continue;
      failedItems += unit.items;
      if (!exceeded && isExceeded(tolerance, failedItems, total)) {
        exceeded = true;
        stop.abort(new Error('the tolerated failure threshold was exceeded'));
      }
    }
  };
  const workers = Math.min(work.length, limit === 0 ? MAX_CHILDREN_AT_ONCE : Math.min(limit, MAX_CHILDREN_AT_ONCE));
  await Promise.all(Array.from({ length: workers }, worker));
  return { children: children.filter((child) => child !== undefined), exceeded };
}

/** The items of a map run. An object's members are items too, other than in an inline Map. */
async function ownItems(run: StateRun<MapState>): Promise<Json[] | JsonObject> {
  const { Items } = run.state;
  if (Items === undefined) return isObject(run.input) ? run.input : inlineItems(run);
  const value = await run.evaluate(Items, 'Items');
  if (Array.isArray(value) || isObject(value)) return value;
  throw run.unexpectedType('array', Items, 'Items', value);
}

/** The settings of a map run, evaluated once: a restart uses the same. */
interface Plan {
  readonly limit: number;
  readonly tolerance: Tolerance;
  /** The items that the state itself has, when no reader brings them. */
  readonly given: Json[] | JsonObject;
}

const givenBefore = (items: Json | undefined): Json[] | JsonObject =>
  Array.isArray(items) || isObject(items) ? items : [];

async function settle(run: StateRun<MapState>): Promise<Plan> {
  const { progress } = run;
  const limit = rememberedNumber(progress, 'limit');
  if (limit !== undefined) {
    const tolerance = {
      count: rememberedNumber(progress, 'toleratedCount'),
      percentage: rememberedNumber(progress, 'toleratedPercentage'),
    };
    return { limit, tolerance, given: givenBefore(progress['items']) };
  }
  const given = run.state.ItemReader ? [] : await ownItems(run);
  const plan = { limit: await maxConcurrency(run), tolerance: await readTolerance(run), given };
  const { count, percentage } = plan.tolerance;
  run.thread.record('MapStateStarted', { mapStateStartedEventDetails: { length: Object.keys(given).length } });
  run.remember({
    limit: plan.limit,
    items: given,
    ...(count !== undefined && { toleratedCount: count }),
    ...(percentage !== undefined && { toleratedPercentage: percentage }),
  });
  return plan;
}

/** Starts the map run, or resumes the one in progress before a restart. */
async function startMapRun(run: StateRun<MapState>, { limit, tolerance }: Plan, stop: AbortSignal): Promise<MapRun> {
  const before = run.progress['mapRun'];
  const mapRun = await run.env.maps.start({
    state: run.state,
    name: run.name,
    maxConcurrency: limit,
    toleratedFailureCount: tolerance.count ?? 0,
    toleratedFailurePercentage: tolerance.percentage ?? 0,
    signal: AbortSignal.any([run.thread.signal, stop]),
    ...(typeof before === 'string' && { resume: before }),
  });
  if (before === undefined) {
    run.thread.record('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: mapRun.mapRunArn } });
    run.remember({ mapRun: mapRun.mapRunArn });
  }
  return mapRun;
}

/** The work of the children: as stored before a restart, else made of the items. */
async function planChildren(
  run: StateRun<MapState>,
  mapRun: MapRun,
  given: Json[] | JsonObject,
): Promise<readonly ChildWork[]> {
  if (mapRun.planned) return mapRun.planned;
  const { ItemReader, ItemBatcher } = run.state;
  const own = { items: Array.isArray(given) ? itemsOf(given) : objectItems(given), source: 'STATE_DATA' };
  const selected = await selectItems(run, ItemReader ? await readItems(run, ItemReader) : [own]);
  const work = ItemBatcher ? await batchItems(run, ItemBatcher, selected) : selected;
  mapRun.plan(work, selected.length);
  return work;
}

/**
 * Runs a Distributed Map: every item, or batch of items, as a child execution of its own.
 * The parent's history shows the map run alone.
 */
export async function runDistributed(run: StateRun<MapState>): Promise<Json> {
  const { state, thread } = run;
  const plan = await settle(run);
  const stop = new AbortController();
  const mapRun = await startMapRun(run, plan, stop.signal);
  try {
    const work = await planChildren(run, mapRun, plan.given);
    const { children, exceeded } = await runChildren(run, mapRun, work, plan.tolerance, plan.limit, stop);
    thread.signal.throwIfAborted();

    const writer = state.ResultWriter;
    const result =
      writer?.Resource === undefined
        ? transformResults(children, writer?.WriterConfig?.Transformation ?? 'COMPACT')
        : await writeResults(run, writer, mapRun, children);
    if (exceeded) {
      throw new ExecutionError(
        errorNames.exceedToleratedFailureThreshold,
        'The specified tolerated failure threshold was exceeded',
      );
    }
    mapRun.finish('SUCCEEDED');
    thread.record('MapRunSucceeded');
    return result;
  } catch (failure) {
    if (thread.signal.reason instanceof ExecutionSuspended) throw failure;
    mapRun.finish(thread.signal.aborted ? 'ABORTED' : 'FAILED');
    if (failure instanceof ExecutionError && !thread.signal.aborted) {
      thread.record('MapRunFailed', { mapRunFailedEventDetails: errorDetails(failure) });
    }
    throw failure;
  }
}
