import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { recordedCheck } from '#domain/drift/recorded-check';
import { driftHistoryPrefix, driftHistorySchema } from '#schemas/records/drift-history';
import { type DriftRecord, driftRecordSchema } from '#schemas/records/drift-record';
import { alarmCell, driftCells } from './drift-cells.ts';
import { listItems } from './model-versions.ts';
import { table } from './output.ts';
import { readRecord } from './read-record.ts';
import type { Target } from './target.ts';

type Artifacts = Pick<Target, 's3' | 'outputs'>;

/** Records that are read at the same time. */
const atOnce = 16;

/** The folder of the records of a pipeline's drift checks; ends in `/`. */
const checksPrefix = (pipeline: string): string => `${pipeline}/drift/`;

/** As the record of a check at this time is named. */
const nameAt = (time: string): string => time.replaceAll(':', '-');

/** Keys of the checks from an instant on, the oldest first. Their names are in the order of time. */
export async function listChecks({ s3, outputs }: Artifacts, pipeline: string, since: string): Promise<string[]> {
  const prefix = checksPrefix(pipeline);
  const keys: string[] = [];
  const from = { Bucket: outputs.ArtifactsBucketName, Prefix: prefix, StartAfter: `${prefix}${nameAt(since)}` };
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, from)) {
    keys.push(...Contents.flatMap(({ Key }) => (Key?.endsWith('.json') ? [Key] : [])));
  }
  return keys;
}

/** What was decided about a check with those before it. */
const decisionSchema = driftHistorySchema.pick({ checkedAt: true, alarm: true, decidedBy: true });

/** A check with the key of its record. */
export interface KeptCheck {
  readonly key: string;
  readonly record: DriftRecord;
  /** Whether it was decided about: a moment after it was measured. Checks of earlier versions never were. */
  readonly isDecided: boolean;
}

/** The decisions about a pipeline's checks, by the time of the check. */
async function readDecisions(target: Target, pipeline: string) {
  const items = await listItems(target, target.outputs.StateTableName, pipeline, driftHistoryPrefix);
  return new Map(
    items.flatMap((item) => {
      const decided = decisionSchema.safeParse(item).data;
      return decided ? [[decided.checkedAt, decided] as const] : [];
    }),
  );
}

/**
 * Checks in the order of their keys. The record of a check says what its window shows alone; whether it alarmed was decided with the
 * checks before. One that was deleted meanwhile is left out.
 */
export async function readChecks(target: Target, pipeline: string, keys: readonly string[]): Promise<KeptCheck[]> {
  if (keys.length === 0) return [];
  const found: KeptCheck[] = [];
  const records = new Map<string, DriftRecord>();
  for (let i = 0; i < keys.length; i += atOnce) {
    const some = keys
      .slice(i, i + atOnce)
      .map(async (key) => [key, await readRecord(target, key, driftRecordSchema)] as const);
    for (const [key, record] of await Promise.all(some)) if (record) records.set(key, record);
  }
  const decisions = await readDecisions(target, pipeline);
  for (const [key, record] of records) {
    const decided = decisions.get(record.to);
    const { alarm, decidedBy } = decided ?? record;
    found.push({ key, record: { ...record, alarm, decidedBy }, isDecided: decided !== undefined });
  }
  return found;
}

const minute = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)}`;

/** Checks, a line each. */
export const checksTable = (records: readonly DriftRecord[]): string =>
  table(
    ['CHECKED (UTC)', 'WINDOW FROM', 'MODEL OF RUN', 'ROWS', 'DRIFTED', 'STRONGEST', 'ESTIMATED', 'ALARM'],
    records.map((record) => {
      const own = recordedCheck(record);
      return [minute(record.to), minute(record.from), record.runId, ...driftCells(own), alarmCell(own)];
    }),
  );
