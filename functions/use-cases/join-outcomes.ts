import { joinOutcomes as join, latestOutcomes, rowIdentity } from '#domain/outcomes/join';
import { dayOf, outcomeItems, outcomeKeys } from '#domain/outcomes/layout';
import { measurePerformance } from '#domain/outcomes/performance';
import { predictionKey, predictionPrefix } from '#domain/runs/layout';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { readAll } from '#functions/shards/read-all';
import { withScratch } from '#functions/shards/scratch';
import { readZippedJson, readZippedLines, writeZippedLines } from '#functions/shards/zipped-lines';
import { judgeLabels } from '#functions/use-cases/judge-labels';
import { readConfigs, readFacts } from '#functions/use-cases/outcome-models';
import type { RecordedOutcomes } from '#schemas/events/outcomes';
import {
  type Outcome,
  type OutcomesFile,
  outcomeSchema,
  type ReceivedFile,
  type ReceivedOutcome,
  receivedOutcomeSchema,
} from '#schemas/records/outcome';
import type { Performance } from '#schemas/records/performance';
import { type PredictionRecord, predictionRecordSchema } from '#schemas/records/prediction';

/** The dependencies of joining outcomes. */
export interface JoinOutcomesPorts {
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
}

/** An outcome that names a row by its id finds requests of so many days before it became known. */
export const searchedDays = 31;
/** The most logged requests that are searched for ids, the newest. */
export const searchedPredictions = 200_000;
const day = 86_400_000;

const readEach = <T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> =>
  readAll(items.length, (i) => read(items[i] as T));

/** The keys of the logged requests that may have the row of an outcome that names it by its id: the newest first. */
async function searchKeys(
  { clean }: JoinOutcomesPorts,
  pipeline: string,
  outcomes: readonly ReceivedOutcome[],
): Promise<string[]> {
  const times = outcomes.flatMap((outcome) => ('keys' in outcome ? [Date.parse(outcome.at)] : []));
  if (times.length === 0) return [];
  const [first, last] = times.reduce(
    ([low, high], at) => [Math.min(low, at), Math.max(high, at)],
    [Infinity, -Infinity],
  );
  const keys: string[] = [];
  for (
    let at = last;
    dayOf(new Date(at).toISOString()) >= dayOf(new Date(first - searchedDays * day).toISOString());
    at -= day
  ) {
    const prefix = `${predictionPrefix(pipeline)}${new Date(at).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
    keys.push(...(await clean.list(prefix)).map(({ key }) => key).toReversed());
    if (keys.length >= searchedPredictions) break;
  }
  return keys.slice(0, searchedPredictions);
}

/** The logged requests that outcomes may belong to. */
async function findPredictions(
  ports: JoinOutcomesPorts,
  pipeline: string,
  outcomes: readonly ReceivedOutcome[],
  directory: string,
): Promise<PredictionRecord[]> {
  const ids = new Set(outcomes.flatMap((outcome) => ('keys' in outcome ? [] : [outcome.inferenceId])));
  const keys = [...[...ids].map((id) => predictionKey(pipeline, id)), ...(await searchKeys(ports, pipeline, outcomes))];
  const wanted = new Set(outcomes.flatMap((outcome) => ('keys' in outcome ? outcome.keys : [])));
  const isWanted = ({ inferenceId, rows }: PredictionRecord): boolean =>
    ids.has(inferenceId) || rows.some(({ key }) => key !== undefined && wanted.has(key));
  const found = await readEach(keys, async (key) => {
    const prediction = await readZippedJson(ports.clean, key, predictionRecordSchema, directory);
    // only what is joined stays in memory: a record has the inputs of its rows
    return prediction && isWanted(prediction) ? prediction : undefined;
  });
  return found.filter((prediction) => prediction !== undefined);
}

/** The configurations of the models that answered, by their runs. */
async function readModels(ports: JoinOutcomesPorts, pipeline: string, outcomes: readonly Outcome[]) {
  const runs = new Set(outcomes.flatMap(({ answers }) => answers.map(({ runId }) => runId)));
  return new Map(await readConfigs(ports, pipeline, [...runs]));
}

/** The time and the id of a file, as its joined outcomes are named: keys are in the order of arrival. */
const arrival = ({ receivedAt, id }: ReceivedFile): string => `${receivedAt.replaceAll(/[-:.]/g, '')}-${id}`;

/**
 * Writes the outcomes of a file that belong to one day's predictions, and measures that day over all files.
 *
 * @returns how many of them another file had
 */
async function recordDay(
  ports: JoinOutcomesPorts,
  file: ReceivedFile,
  date: string,
  own: readonly Outcome[],
  directory: string,
): Promise<number> {
  const { clean, store } = ports;
  const { pipeline, receivedAt } = file;
  const keys = outcomeKeys(pipeline);
  const ownKey = keys.joined(date, arrival(file));
  await writeZippedLines(clean, ownKey, own, directory);
  const files = (await clean.list(keys.joinedOn(date))).map(({ key }) => key).toSorted();
  const all = await readEach(files, (key) => readZippedLines(clean, key, outcomeSchema, directory));
  const others = new Set(all.flatMap((outcomes, i) => (files[i] === ownKey ? [] : outcomes.map(rowIdentity))));
  const outcomes = latestOutcomes(all);
  const configs = await readModels(ports, pipeline, outcomes);
  const models = new Map(
    await Promise.all(
      [...configs].map(
        async ([runId, config]) => [runId, await readFacts(ports, { pipeline, runId }, config)] as const,
      ),
    ),
  );
  const bootstrap = configs.get(file.runId)?.evaluation.bootstrap ?? { resamples: 1000, seed: 42 };
  const performance: Performance = {
    pipeline,
    day: date,
    rows: outcomes.length,
    files: files.length,
    measuredAt: receivedAt,
    models: measurePerformance(outcomes, models, bootstrap),
  };
  // files that arrive together measure the same day: what rests on fewer of them comes second, or not at all
  await store.put(pipeline, outcomeItems.day(date), performance, {
    expression: 'attribute_not_exists(pk) OR #f <= :f',
    names: { '#f': 'files' },
    values: { ':f': files.length },
  });
  return own.filter((outcome) => others.has(rowIdentity(outcome))).length;
}

/**
 * Joins the outcomes of a file with the predictions they belong to, keeps both together by the day of the prediction, and measures how
 * the models did on each of these days and what labels say of them in the windows of these days. A retry, and a file that is sent twice, changes nothing.
 */
export async function joinOutcomes(
  ports: JoinOutcomesPorts,
  { file }: { readonly file: ReceivedFile },
): Promise<RecordedOutcomes> {
  const { clean, store } = ports;
  const { pipeline, id } = file;
  return withScratch(async (directory) => {
    const received = await readZippedLines(clean, outcomeKeys(pipeline).received(id), receivedOutcomeSchema, directory);
    const predictions = await findPredictions(ports, pipeline, received, directory);
    const { joined, repeated, unknown, rowNeeded } = join(received, predictions);
    const byDay = Map.groupBy(joined, ({ predictedAt }) => dayOf(predictedAt));
    let again = 0;
    for (const [date, own] of byDay) again += await recordDay(ports, file, date, own, directory);
    const counts = { joined: joined.length + repeated, repeated: repeated + again, unknown, rowNeeded };
    const days = [...byDay.keys()].toSorted();
    const { verdicts, check } = await judgeLabels(ports, file, days, directory);
    const record: OutcomesFile = { ...file, ...counts, days, windows: [...verdicts] };
    await store.put(pipeline, outcomeItems.file(id), record);
    return { decision: 'recorded', file: record, check };
  });
}
