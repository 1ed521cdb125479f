import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { AwsError } from '../cloud/service.ts';
import { readState, writeState } from '../cloud/state-file.ts';
import type { Engine } from './engine.ts';
import type { TableRegistry } from './table.ts';
import type { TableSettings } from './table-options.ts';

/** A registry that also lists its tables and knows the partition keys of indexes. */
export interface OpenRegistry extends TableRegistry {
  /** Every table that has settings, with its settings. */
  entries(): readonly (readonly [table: string, settings: TableSettings])[];
  /** Name of the partition key of a table or of its index; undefined until the table was learned. */
  hashKey(table: string, index?: string): string | undefined;
}

/**
 * Opens the settings of the tables, which are kept in the state folder.
 * @param onChange called after settings were stored
 */
export function openRegistry(engine: Engine, folder: string, onChange: () => void): OpenRegistry {
  const settingsPath = join(folder, 'settings.json');
  const settings = readState<Record<string, TableSettings>>(settingsPath, {});
  /** Table, or `table/index` → name of the partition key. */
  const hashKeys = new Map<string, string>();
  /** Table → names of its key attributes. */
  const keys = new Map<string, readonly string[]>();

  return {
    settings: (table) => settings[table] ?? {},
    entries: () => Object.entries(settings),
    hashKey: (table, index) => hashKeys.get(index === undefined ? table : `${table}/${index}`),
    remember(table, values) {
      settings[table] = values;
      writeState(settingsPath, settings);
      onChange();
    },
    keyNames(table) {
      const names = keys.get(table);
      if (names) return names;
      throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    },
    async learn(table) {
      const { Table } = await engine.run('DescribeTable', { TableName: table });
      if (!isJsonObject(Table)) return;
      const hash = (schema: unknown): string =>
        String((schema as JsonObject[]).find((key) => key['KeyType'] === 'HASH')?.['AttributeName']);
      hashKeys.set(table, hash(Table['KeySchema']));
      keys.set(
        table,
        (Table['KeySchema'] as JsonObject[]).map((key) => String(key['AttributeName'])),
      );
      for (const kind of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes']) {
        for (const index of (Table[kind] ?? []) as JsonObject[])
          hashKeys.set(`${table}/${String(index['IndexName'])}`, hash(index['KeySchema']));
      }
    },
  };
}
