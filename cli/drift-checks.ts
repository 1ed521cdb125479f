import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { recordedCheck } from '#domain/drift/recorded-check';
import { type DriftRecord, driftRecordSchema } from '#schemas/records/drift-record';
import { alarmCell, driftCells } from './drift-cells.ts';
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

/** Records of checks, in the order of their keys. One that was deleted meanwhile is left out. */
export async function readChecks(target: Artifacts, keys: readonly string[]): Promise<DriftRecord[]> {
  const found: DriftRecord[] = [];
  for (let i = 0; i < keys.length; i += atOnce) {
    const some = keys.slice(i, i + atOnce).map((key) => readRecord(target, key, driftRecordSchema));
    for (const record of await Promise.all(some)) if (record) found.push(record);
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
