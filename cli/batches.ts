import { batchItems } from '#domain/batch/layout';
import { counted } from '#domain/text/numbers';
import { type BatchRecord, batchRecordSchema } from '#schemas/records/batch';
import { listItems } from './model-versions.ts';
import { table } from './output.ts';
import type { Target } from './target.ts';

/** The batches of a pipeline, the newest first. A record that this version cannot read is left out. */
export async function listBatches(target: Target, pipeline: string): Promise<BatchRecord[]> {
  const items = await listItems(target, target.outputs.StateTableName, pipeline, batchItems.all);
  return newestFirst(items.flatMap((item) => batchRecordSchema.safeParse(item).data ?? []));
}

/** Batches in the order in which they are shown. */
export const newestFirst = (batches: readonly BatchRecord[]): BatchRecord[] =>
  batches.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));

/** Batches as a table, a line for each. @param pipelines whether they are of several pipelines */
export const batchTable = (batches: readonly BatchRecord[], pipelines = false): string =>
  table(
    ['BATCH', ...(pipelines ? ['PIPELINE'] : []), 'STATUS', 'MODEL', 'ROWS', 'SCORED', 'MALFORMED', 'STARTED'],
    batches.map(({ batchId, pipeline, status, model, counts, startedAt }) => [
      batchId,
      ...(pipelines ? [pipeline] : []),
      status,
      `version ${model.modelPackageVersion}`,
      ...[counts?.rows, counts?.scored, counts?.malformed].map((count) => count?.toLocaleString('en-US') ?? ''),
      startedAt.slice(0, 19).replace('T', ' '),
    ]),
  );

/** What became of a batch so far, in a sentence. */
export function batchText({ status, model, counts, failure, objects }: BatchRecord): string {
  const by = `by version ${model.modelPackageVersion}`;
  if (status === 'failed') return `failed: ${failure?.message ?? 'no reason was recorded'}`;
  if (counts === undefined) return `${counted(objects, 'file')} ${objects === 1 ? 'is' : 'are'} being scored ${by}`;
  return `${counted(counts.scored, 'row')} of ${counts.rows.toLocaleString('en-US')} scored ${by}`;
}
