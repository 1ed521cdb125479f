import { type ItemReader, isObject, type JsonObject, type MapState, type ReaderConfig } from '../asl.ts';
import type { ObjectHost } from '../interpreter/environment.ts';
import type { StateRun } from '../interpreter/state-run.ts';
import { parseTaskResource } from '../interpreter/task-resource.ts';
import { itemsOf, plainBytes, readerFailed, readItemsOf } from './item-formats.ts';
import { type ItemSource, readAthenaResult, readInventory } from './item-manifests.ts';

const MAX_ITEMS = 100_000_000;

const uriOf = (bucket: string, key: string): string => `s3://${bucket}/${key}`;

async function readObject(config: ReaderConfig, args: JsonObject, objects: ObjectHost): Promise<ItemSource[]> {
  const { Bucket: bucket, Key: key, VersionId: version } = args;
  if (typeof bucket !== 'string' || typeof key !== 'string')
    throw readerFailed('ItemReader needs Bucket and Key in its Arguments.');
  if (version !== undefined && config.InputType === 'PARQUET')
    throw readerFailed('S3 Version ID selection is not currently supported for PARQUET files');
  const source = uriOf(bucket, key);
  const bytes = await objects.read(bucket, key, typeof version === 'string' ? version : undefined);
  if (config.ManifestType === 'ATHENA_DATA') return readAthenaResult(bytes, objects, config, source);
  if (config.ManifestType === 'S3_INVENTORY' || config.InputType === 'MANIFEST')
    return [{ items: await readInventory(bytes, objects, source), source }];
  return [{ items: await readItemsOf(bytes, config, source), source }];
}

/** The objects below a prefix, or with LOAD_AND_FLATTEN what is in them, one object after the other. */
async function listObjects(
  config: ReaderConfig,
  args: JsonObject,
  objects: ObjectHost,
  limit: number,
): Promise<ItemSource[]> {
  const { Bucket: bucket, Prefix: prefix } = args;
  if (typeof bucket !== 'string') throw readerFailed('ItemReader needs Bucket in its Arguments.');
  const listed: JsonObject[] = [];
  const loads = config.Transformation === 'LOAD_AND_FLATTEN';
  const sources: ItemSource[] = [];
  let found = 0;
  for await (const object of objects.list(bucket, typeof prefix === 'string' ? prefix : undefined)) {
    if (found >= limit) break;
    const key = String(object['Key']);
    if (!loads) {
      listed.push(object);
      found += 1;
    } else if (!key.endsWith('/')) {
      const source = uriOf(bucket, key);
      const items = await readItemsOf(plainBytes(await objects.read(bucket, key)), config, source);
      sources.push({ items, source });
      found += items.length;
    }
  }
  return loads ? sources : [{ items: itemsOf(listed), source: `s3://${bucket}` }];
}

/** Keeps the first items. */
function firstOf(sources: readonly ItemSource[], limit: number): ItemSource[] {
  let left = limit;
  return sources.map(({ items, source }) => {
    const kept = items.slice(0, left);
    left -= kept.length;
    return { items: kept, source };
  });
}

/**
 * Reads the items of a Distributed Map from S3 (developer guide, "ItemReader").
 * @throws ExecutionError States.ItemReaderFailed
 */
export async function readItems(run: StateRun<MapState>, reader: ItemReader): Promise<ItemSource[]> {
  const args = await run.evaluate(reader.Arguments ?? {}, 'ItemReader/Arguments');
  const config = reader.ReaderConfig ?? {};
  const most =
    config.MaxItems === undefined
      ? 0
      : await run.evaluateInteger(config.MaxItems, 'ItemReader/ReaderConfig/MaxItems', [0, MAX_ITEMS]);
  // 0 is no limit.
  const limit = most === 0 ? Number.POSITIVE_INFINITY : most;
  const resource = parseTaskResource(reader.Resource);
  const action = resource?.kind === 'service' && resource.service === 's3' ? resource.action : undefined;
  if (!isObject(args)) throw readerFailed('ItemReader Arguments must be an object.');
  if (action === 'getObject') return firstOf(await readObject(config, args, run.env.objects), limit);
  if (action === 'listObjectsV2') return firstOf(await listObjects(config, args, run.env.objects, limit), limit);
  throw readerFailed(
    `ItemReader Resource must be arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2, not ${reader.Resource}.`,
  );
}
