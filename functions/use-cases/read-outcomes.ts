import { join } from 'node:path';
import { previousName } from '#domain/data/clean';
import type { SqlRow } from '#domain/data/engine';
import { labelClasses } from '#domain/data/label';
import type { Problem } from '#domain/data/typing';
import { deploymentKeys } from '#domain/deployment/target';
import { DropVanishedError } from '#domain/errors';
import { type OutcomeForm, outcomeColumns } from '#domain/outcomes/forms';
import { outcomeItems, outcomeKeys, outcomesId, outcomesPrefix, pipelineOfOutcomes } from '#domain/outcomes/layout';
import type { TokenKeys } from '#domain/privacy/tokenize';
import { refuseLargeArchives, selectDropObjects } from '#domain/runs/drop';
import { artifactKeys } from '#domain/runs/layout';
import { isInferenceId } from '#domain/serving/inference-id';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { type OutcomeRows, readOutcomeRows } from '#functions/shards/outcome-rows';
import { createProblemCounts } from '#functions/shards/raw-file';
import { withScratch } from '#functions/shards/scratch';
import { writeZippedLines } from '#functions/shards/zipped-lines';
import type { ReadOutcomes, ReadOutcomesEvent } from '#schemas/events/outcomes';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { OutcomeValue, ReceivedOutcome } from '#schemas/records/outcome';
import { championSchema } from '#schemas/records/run';

/** The dependencies of reading outcomes. */
export interface ReadOutcomesPorts {
  /** Reads below `<pipeline>/outcomes/`, and writes malformed rows below `_tidegate/`. */
  readonly raw: FileStore;
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly tokenKeys: TokenKeys;
  readonly memoryMb: number;
}

/** What came true, as records have it. */
function outcomeValue({ dataset, evaluation }: Pipeline, label: unknown): OutcomeValue {
  const number = Number(label);
  if (evaluation.task !== 'multiclass') return number;
  return labelClasses({ dataset, evaluation })[number] ?? number;
}

const notAnId: Problem = {
  column: outcomeColumns.inferenceId,
  reason: 'not an inference id as predict answers it',
};
const notAPosition: Problem = {
  column: outcomeColumns.row,
  reason: 'not the position of a row: a whole number from 0',
};

/** A clean row as an outcome, or what is wrong with it. */
function outcomeOf(
  { by, pipeline }: OutcomeForm<Pipeline>,
  row: SqlRow,
  receivedAt: string,
): ReceivedOutcome | Problem {
  const known = row[outcomeColumns.at];
  const at = typeof known === 'string' ? new Date(known).toISOString() : receivedAt;
  const common = { value: outcomeValue(pipeline, row['_label']), at };
  if (by === 'key') {
    const keys = [row['_id'], row[previousName('id')]].filter((key) => typeof key === 'string');
    return { keys, ...common };
  }
  const inferenceId = String(row[outcomeColumns.inferenceId]).toLowerCase();
  if (!isInferenceId(inferenceId)) return notAnId;
  const position = row[outcomeColumns.row] ?? undefined;
  if (position === undefined) return { inferenceId, ...common };
  const isPosition = typeof position === 'number' && Number.isSafeInteger(position) && position >= 0;
  return isPosition ? { inferenceId, row: position, ...common } : notAPosition;
}

const isProblem = (found: ReceivedOutcome | Problem): found is Problem => 'reason' in found;

/** The outcomes among the rows, and what is wrong with the others. */
function sortRows({ form, staged, rows }: OutcomeRows, receivedAt: string) {
  const counts = createProblemCounts();
  for (const problem of staged.counted.counts) counts.add(problem, problem.count);
  const outcomes: ReceivedOutcome[] = [];
  for (const row of rows) {
    const found = outcomeOf(form, row, receivedAt);
    if (isProblem(found)) counts.add(found, 1);
    else outcomes.push(found);
  }
  const problems = counts.list().map(({ column, reason, count }) => ({ column, reason, count }));
  return { outcomes, problems, malformed: problems.reduce((sum, { count }) => sum + count, 0) };
}

/** Why a file is not read; undefined when it is. */
async function explainSkip(store: StateStore, pipeline: string, id: string, receivedAt: string) {
  const retired = await store.get(pipeline, deploymentKeys.retired);
  if (retired) return `the pipeline was retired on ${String(retired['at']).slice(0, 10)}`;
  const known = (await store.get(pipeline, outcomeItems.file(id)))?.['receivedAt'];
  if (known !== undefined && known !== receivedAt) return `this file was recorded before, at ${String(known)}`;
  return undefined;
}

/** @throws DropVanishedError when the file was deleted in the meantime */
async function download(raw: ReadOutcomesPorts['raw'], key: string, path: string, versionId?: string): Promise<void> {
  try {
    await raw.download(key, path, versionId);
  } catch (error) {
    if (!(error instanceof DropVanishedError)) throw error;
    throw new DropVanishedError('The file was deleted before it was read. Send it again.', {
      cause: error,
    });
  }
}

/**
 * Reads a file with outcomes as the pipeline of the model in service reads its drops: formats, label and id. What leaves the raw bucket
 * are numbers, classes that the pipeline names, inference ids and tokens. Malformed rows stay in the raw bucket and are counted.
 *
 * @throws SchemaMismatchError, EmptyDropError, DataEngineError, DropVanishedError
 */
export async function readOutcomes(ports: ReadOutcomesPorts, event: ReadOutcomesEvent): Promise<ReadOutcomes> {
  const { key, size, etag, versionId } = event;
  const name = pipelineOfOutcomes(key) ?? null;
  const skip = (reason: string): ReadOutcomes => ({ decision: 'skipped', pipeline: name, reason });
  if (name === null) return skip('the object is a marker or hidden, and no file with outcomes');
  const id = outcomesId(key, etag);
  const receivedAt = new Date(event.receivedAt).toISOString();
  const reason = await explainSkip(ports.store, name, id, receivedAt);
  if (reason !== undefined) return skip(reason);
  const champion = await ports.store.get(name, deploymentKeys.champion);
  if (!champion) return skip('no model of the pipeline is in service, so there are no predictions yet');
  const { runId } = championSchema.parse(champion);
  const pipeline = await ports.artifacts.readJson(artifactKeys({ pipeline: name, runId }).config, pipelineSchema);
  const object = { key, size, etag };
  refuseLargeArchives(selectDropObjects(outcomesPrefix(name), [object], pipeline.dataset));
  return withScratch(async (directory) => {
    const path = join(directory, 'raw');
    await download(ports.raw, key, path, versionId ?? undefined);
    const read = await readOutcomeRows(ports, pipeline, { key, path, directory, id });
    const { outcomes, problems, malformed } = sortRows(read, receivedAt);
    await writeZippedLines(ports.clean, outcomeKeys(name).received(id), outcomes, directory);
    const counts = { rows: outcomes.length + malformed, accepted: outcomes.length, malformed, problems };
    return { decision: 'read', file: { pipeline: name, id, receivedAt, runId, by: read.form.by, ...counts } };
  });
}
