import { isObject, type Json, type JsonObject, type MapState, type ResultWriter } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import type { ChildResult, MapRun } from '../interpreter/environment.ts';
import type { StateRun } from '../interpreter/state-run.ts';

const included = { Included: true };

/** A child execution with its metadata, as `Transformation: NONE` shows it. */
export const childRecord = (child: ChildResult): JsonObject => ({
  ...(child.cause !== undefined && { Cause: child.cause }),
  ...(child.error !== undefined && { Error: child.error }),
  ExecutionArn: child.executionArn,
  Input: JSON.stringify(child.input),
  InputDetails: included,
  Name: child.name,
  ...(child.output !== undefined && { Output: JSON.stringify(child.output), OutputDetails: included }),
  RedriveCount: 0,
  RedriveStatus: child.status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
  ...(child.status === 'SUCCEEDED' && { RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' }),
  StartDate: new Date(child.startDate).toISOString(),
  StateMachineArn: child.stateMachineArn,
  Status: child.status,
  StopDate: new Date(child.stopDate).toISOString(),
});

/** Children in the form a transformation asks for; what failed always keeps its metadata. */
export function transformResults(
  children: readonly ChildResult[],
  transformation: 'NONE' | 'COMPACT' | 'FLATTEN',
): Json[] {
  return children.flatMap((child): Json[] => {
    if (transformation === 'NONE' || child.output === undefined) return [childRecord(child)];
    return transformation === 'FLATTEN' && Array.isArray(child.output) ? child.output : [child.output];
  });
}

/**
 * Writes the results of a map run to S3: one file each for what succeeded and what failed, and a manifest.
 * @returns the Map state's result, which points at the manifest
 * @throws ExecutionError States.ResultWriterFailed
 */
export async function writeResults(
  run: StateRun<MapState>,
  writer: ResultWriter,
  mapRun: MapRun,
  children: readonly ChildResult[],
): Promise<Json> {
  const args = await run.evaluate(writer.Arguments ?? {}, 'ResultWriter/Arguments');
  const { Bucket: bucket, Prefix: prefix } = isObject(args) ? args : {};
  if (typeof bucket !== 'string') {
    throw new ExecutionError(errorNames.resultWriterFailed, 'ResultWriter needs Bucket in its Arguments.');
  }
  const base = `${typeof prefix === 'string' && prefix !== '' ? `${prefix.replace(/\/$/, '')}/` : ''}${mapRun.id}`;
  const { Transformation = 'NONE', OutputType = 'JSON' } = writer.WriterConfig ?? {};

  const writeFile = async (name: string, of: readonly ChildResult[]): Promise<JsonObject[]> => {
    if (of.length === 0) return [];
    const rows = transformResults(of, Transformation);
    const lines = OutputType === 'JSONL';
    const text = lines ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : JSON.stringify(rows);
    const key = `${base}/${name}_0.${lines ? 'jsonl' : 'json'}`;
    await run.env.objects.write(bucket, key, text);
    return [{ Key: key, Size: Buffer.byteLength(text) }];
  };
  const manifest = {
    DestinationBucket: bucket,
    MapRunArn: mapRun.mapRunArn,
    ResultFiles: {
      FAILED: await writeFile(
        'FAILED',
        children.filter((child) => child.status === 'FAILED' || child.status === 'TIMED_OUT'),
      ),
      PENDING: await writeFile(
        'PENDING',
        children.filter((child) => child.status === 'ABORTED'),
      ),
      SUCCEEDED: await writeFile(
        'SUCCEEDED',
        children.filter((child) => child.status === 'SUCCEEDED'),
      ),
    },
  };
  const key = `${base}/manifest.json`;
  await run.env.objects.write(bucket, key, JSON.stringify(manifest));
  mapRun.resultsWritten(children.length);
  return { MapRunArn: mapRun.mapRunArn, ResultWriterDetails: { Bucket: bucket, Key: key } };
}
