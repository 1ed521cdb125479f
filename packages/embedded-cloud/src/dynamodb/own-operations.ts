import { isJsonObject, type JsonObject, optionalString, requireString } from '../cloud/json-protocol.ts';
import { pageAfter } from '../cloud/paging.ts';
import { AwsError, type CloudContext } from '../cloud/service.ts';
import { tableName } from './authorize.ts';
import type { Engine } from './engine.ts';
import type { TableRegistry } from './table.ts';
import { describeOptions, readOptions, withoutOptions } from './table-options.ts';

/** An operation answered here, not by dynalite. */
type OwnOperation = (input: JsonObject) => Promise<unknown>;
type OwnOperations = Readonly<Record<string, OwnOperation>>;

/** What the operations on tables and their settings share. */
interface OwnTables {
  readonly engine: Engine;
  readonly registry: TableRegistry;
  readonly context: CloudContext;
}

/** The operations that know more of a table than dynalite does, by name. */
export const ownOperations = (tables: OwnTables): OwnOperations => ({
  ...settingsOperations(tables),
  ...tableOperations(tables),
});

/** Time to live and backups: settings that dynalite does not have. */
function settingsOperations({ engine, registry }: OwnTables): OwnOperations {
  const existing = async (input: JsonObject): Promise<string> => {
    const table = tableName(requireString(input, 'TableName'));
    await engine.run('DescribeTable', { TableName: table });
    return table;
  };
  return {
    async UpdateTimeToLive(input) {
      const table = await existing(input);
      const wanted = input['TimeToLiveSpecification'];
      if (!isJsonObject(wanted)) throw new AwsError('ValidationException', 'TimeToLiveSpecification is required.');
      const attribute = requireString(wanted, 'AttributeName');
      const { ttlAttribute, ...rest } = registry.settings(table);
      if ((wanted['Enabled'] === true) === (ttlAttribute !== undefined)) {
        throw new AwsError(
          'ValidationException',
          `TimeToLive is already ${ttlAttribute === undefined ? 'disabled' : 'enabled'}`,
        );
      }
      registry.remember(table, wanted['Enabled'] === true ? { ...rest, ttlAttribute: attribute } : rest);
      return { TimeToLiveSpecification: wanted };
    },
    async DescribeTimeToLive(input) {
      const { ttlAttribute } = registry.settings(await existing(input));
      return {
        TimeToLiveDescription:
          ttlAttribute === undefined
            ? { TimeToLiveStatus: 'DISABLED' }
            : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute },
      };
    },
    async DescribeContinuousBackups(input) {
      const { pointInTimeRecovery } = registry.settings(await existing(input));
      const status = pointInTimeRecovery ? 'ENABLED' : 'DISABLED';
      return {
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status },
        },
      };
    },
  };
}

/** API Reference, ListTagsOfResource: as many tags a page, at most. */
const TAGS_PER_PAGE = 10;

const tagKey = (tag: JsonObject): string => String(tag['Key']);

/** dynalite's operations on tables, with the settings it does not have. */
function tableOperations({ engine, registry, context }: OwnTables): OwnOperations {
  const described = (table: string, description: unknown): JsonObject => ({
    ...(isJsonObject(description) && description),
    ...describeOptions(registry.settings(table), context),
  });
  return {
    async DescribeTable(input) {
      const { Table } = await engine.run('DescribeTable', input);
      return { Table: described(String(input['TableName']), Table) };
    },
    async DeleteTable(input) {
      const table = String(input['TableName']);
      if (registry.settings(table).deletionProtection)
        throw new AwsError(
          'ValidationException',
          `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
        );
      const { TableDescription } = await engine.run('DeleteTable', input);
      const output = { TableDescription: described(table, TableDescription) };
      // A table of the same name made later has none of these settings.
      registry.remember(table, {});
      return output;
    },
    async UpdateTable(input) {
      const table = String(input['TableName']);
      const updates = (input['GlobalSecondaryIndexUpdates'] ?? []) as JsonObject[];
      if (updates.some((update) => 'Create' in update || 'Delete' in update)) {
        throw new AwsError(
          'ValidationException',
          'Indexes are added and removed in the template here; the items are kept when the cloud starts with it.',
        );
      }
      const options = readOptions(input);
      const rest = withoutOptions(input);
      const alone = Object.keys(options).length > 0 && Object.keys(rest).join() === 'TableName';
      const description = alone
        ? (await engine.run('DescribeTable', rest))['Table']
        : (await engine.run('UpdateTable', rest))['TableDescription'];
      const { keyId, ...settings } = registry.settings(table);
      const keptKey = options.sse === undefined ? { ...(keyId !== undefined && { keyId }) } : {};
      registry.remember(table, { ...settings, ...keptKey, ...options });
      return { TableDescription: described(table, description) };
    },
    async ListTagsOfResource(input) {
      const { Tags } = await engine.run('ListTagsOfResource', { ResourceArn: input['ResourceArn'] });
      const { items, next } = pageAfter(
        (Array.isArray(Tags) ? Tags.filter(isJsonObject) : []).toSorted((a, b) => (tagKey(a) < tagKey(b) ? -1 : 1)),
        tagKey,
        TAGS_PER_PAGE,
        optionalString(input, 'NextToken'),
        () => new AwsError('ValidationException', 'The provided starting key is invalid'),
      );
      return { Tags: items, ...(next !== undefined && { NextToken: next }) };
    },
    async CreateTable(input) {
      const table = String(input['TableName']);
      const options = readOptions(input);
      const { TableDescription } = await engine.run('CreateTable', withoutOptions(input));
      registry.remember(table, options);
      await registry.learn(table);
      const ResourceArn = isJsonObject(TableDescription) ? TableDescription['TableArn'] : undefined;
      const { Tags } = input;
      if (Array.isArray(Tags) && Tags.length > 0) await engine.run('TagResource', { ResourceArn, Tags });
      return { TableDescription: described(table, TableDescription) };
    },
  };
}
