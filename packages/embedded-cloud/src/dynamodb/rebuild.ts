import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { readState, writeState } from '../cloud/state-file.ts';
import type { Engine } from './engine.ts';

const BATCH = 25;

const backupPath = (folder: string, table: string): string => join(folder, `rebuild-${table}.json`);

/** Whether a rebuild of this table was cut short: its items are in the backup, whatever the table holds. */
export const isHalfRebuilt = (folder: string, table: string): boolean => existsSync(backupPath(folder, table));

/** Reads every item of a table. */
async function scanAll(engine: Engine, table: string): Promise<JsonObject[]> {
  const items: JsonObject[] = [];
  let from: unknown;
  do {
    const page = await engine.run('Scan', { TableName: table, ...(from !== undefined && { ExclusiveStartKey: from }) });
    items.push(...((page['Items'] ?? []) as JsonObject[]));
    from = page['LastEvaluatedKey'];
  } while (from !== undefined);
  return items;
}

/**
 * Creates a table again with other indexes, which dynalite cannot add to an existing one, and puts its items back. The
 * items are on disk before the table goes; after a crash, calling this again finishes the work.
 * @param create makes the empty table and waits until it is ACTIVE
 */
export async function rebuildTable(
  engine: Engine,
  folder: string,
  table: string,
  create: () => Promise<unknown>,
): Promise<void> {
  const path = backupPath(folder, table);
  if (!existsSync(path)) writeState(path, await scanAll(engine, table));
  const items = readState<JsonObject[]>(path, []);
  const { TableNames } = await engine.run('ListTables', {});
  if ((TableNames as string[]).includes(table)) await engine.run('DeleteTable', { TableName: table });
  while (((await engine.run('ListTables', {}))['TableNames'] as string[]).includes(table))
    await new Promise(setImmediate);
  await create();
  for (let start = 0; start < items.length; start += BATCH) {
    let requests: unknown = { [table]: items.slice(start, start + BATCH).map((Item) => ({ PutRequest: { Item } })) };
    while (isJsonObject(requests) && Object.keys(requests).length > 0) {
      requests = (await engine.run('BatchWriteItem', { RequestItems: requests }))['UnprocessedItems'];
    }
  }
  rmSync(path);
}
