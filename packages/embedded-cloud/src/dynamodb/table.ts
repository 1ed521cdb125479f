import { setTimeout as delay } from 'node:timers/promises';
import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { physicalName } from '../cloud/physical-name.ts';
import { AwsError, type ResourceProvider, type TemplateResource } from '../cloud/service.ts';
import type { Engine } from './engine.ts';
import { isHalfRebuilt, rebuildTable } from './rebuild.ts';
import { readOptions, type TableSettings } from './table-options.ts';

export interface TableRegistry {
  settings(table: string): TableSettings;
  remember(table: string, settings: TableSettings): void;
  /** The partition key and the sort key, if there is one. @throws AwsError `ResourceNotFoundException` */
  keyNames(table: string): readonly string[];
  /** Reads the key schema of a table again. */
  learn(table: string): Promise<void>;
}

const UNSUPPORTED = [
  ...['ContributorInsightsSpecification', 'GlobalTableSettingsReplicationMode', 'ImportSourceSpecification'],
  ...['KinesisStreamSpecification', 'OnDemandThroughput', 'ResourcePolicy', 'StreamSpecification', 'WarmThroughput'],
];

const indexesOf = (description: JsonObject, kind: string): JsonObject[] =>
  Array.isArray(description[kind]) ? description[kind].filter(isJsonObject) : [];
const sameKeys = (a: unknown, b: unknown): boolean => {
  const order = (schema: unknown) =>
    (Array.isArray(schema) ? (schema as JsonObject[]) : [])
      .map((key) => `${String(key['KeyType'])}:${String(key['AttributeName'])}`)
      .sort()
      .join();
  return order(a) === order(b);
};

const sameIndexes = (a: readonly JsonObject[], b: readonly JsonObject[]): boolean =>
  a.length === b.length &&
  a.every((index) =>
    b.some(
      (other) =>
        other['IndexName'] === index['IndexName'] &&
        sameKeys(other['KeySchema'], index['KeySchema']) &&
        sameProjection(other, index),
    ),
  );

const sameProjection = (a: JsonObject, b: JsonObject): boolean => {
  const text = ({ Projection }: { Projection?: unknown }): string =>
    isJsonObject(Projection)
      ? `${String(Projection['ProjectionType'])}:${((Projection['NonKeyAttributes'] ?? []) as string[]).toSorted().join()}`
      : '';
  return text(a) === text(b);
};

const POLL_MS = 5;

/** Waits until the table and its indexes are ACTIVE. */
async function whenActive(engine: Engine, table: string): Promise<JsonObject> {
  for (;;) {
    const { Table } = await engine.run('DescribeTable', { TableName: table });
    if (!isJsonObject(Table)) throw new Error(`DynamoDB does not describe ${table}.`);
    const indexes = indexesOf(Table, 'GlobalSecondaryIndexes');
    if (Table['TableStatus'] === 'ACTIVE' && indexes.every((index) => index['IndexStatus'] === 'ACTIVE')) return Table;
    await delay(POLL_MS);
  }
}

/** `AWS::DynamoDB::Table`: created once; its items stay, also when its indexes change. */
export function tableProvider(
  engine: Engine,
  registry: TableRegistry,
  folder: string,
  account: { readonly accountId: string; readonly region: string },
): ResourceProvider {
  async function create(name: string, properties: JsonObject): Promise<JsonObject> {
    await engine.run('CreateTable', {
      TableName: name,
      AttributeDefinitions: properties['AttributeDefinitions'],
      KeySchema: properties['KeySchema'],
      // Left out where absent: dynalite takes null for a wrong type.
      ...Object.fromEntries(
        ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes', 'BillingMode', 'ProvisionedThroughput']
          .filter((key) => properties[key] !== undefined)
          .map((key) => [key, properties[key]]),
      ),
    });
    return whenActive(engine, name);
  }

  async function update(name: string, properties: JsonObject, table: JsonObject): Promise<void> {
    if (!sameKeys(table['KeySchema'], properties['KeySchema'])) {
      throw new Error(
        `the key schema of table ${name} changed, which replaces the table and loses its items. Give it a new TableName, or remove the state folder.`,
      );
    }
    const kinds = ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'];
    if (kinds.some((kind) => !sameIndexes(indexesOf(table, kind), indexesOf(properties, kind)))) {
      await rebuildTable(engine, folder, name, () => create(name, properties));
    }
  }

  const nameOf = ({ logicalId, properties, stackName }: TemplateResource): string =>
    typeof properties['TableName'] === 'string' ? properties['TableName'] : physicalName(stackName, logicalId, 255);
  const describe = (name: string) =>
    engine.run('DescribeTable', { TableName: name }).catch((cause: unknown) => {
      if (cause instanceof AwsError && cause.code === 'ResourceNotFoundException') return undefined;
      throw cause;
    });
  /** The table's tags become those of the template. */
  async function setTags(ResourceArn: string, tags: unknown): Promise<void> {
    const wanted = Array.isArray(tags) ? tags.filter(isJsonObject) : [];
    const { Tags } = await engine.run('ListTagsOfResource', { ResourceArn });
    const keys = (Array.isArray(Tags) ? Tags.filter(isJsonObject) : []).map(({ Key }) => Key);
    const left = keys.filter((key) => !wanted.some(({ Key }) => Key === key));
    if (left.length > 0) await engine.run('UntagResource', { ResourceArn, TagKeys: left });
    if (wanted.length > 0) await engine.run('TagResource', { ResourceArn, Tags: wanted });
  }

  return {
    existing: async (resource) => ((await describe(nameOf(resource))) ? nameOf(resource) : undefined),
    async apply(resource) {
      const { properties } = resource;
      const unsupported = UNSUPPORTED.filter((member) => properties[member] !== undefined);
      if (unsupported.length > 0) throw new Error(`${unsupported.join(', ')} is not emulated.`);
      const name = nameOf(resource);
      const existing = await describe(name);
      if (isHalfRebuilt(folder, name)) await rebuildTable(engine, folder, name, () => create(name, properties));
      else if (existing && isJsonObject(existing['Table'])) await update(name, properties, existing['Table']);
      else await create(name, properties);
      registry.remember(name, settingsOf(properties));
      await registry.learn(name);
      const Arn = `arn:aws:dynamodb:${account.region}:${account.accountId}:table/${name}`;
      await setTags(Arn, properties['Tags']);
      return {
        ref: name,
        attributes: { Arn },
      };
    },
    async delete({ ref }) {
      if (registry.settings(ref).deletionProtection)
        throw new Error(`table ${ref} is protected against deletion. Disable deletion protection first.`);
      if (!(await describe(ref))) return;
      await engine.run('DeleteTable', { TableName: ref });
      while (await describe(ref)) await delay(POLL_MS);
      registry.remember(ref, {});
    },
  };
}

function settingsOf(properties: JsonObject): TableSettings {
  const member = (name: string): JsonObject => (isJsonObject(properties[name]) ? properties[name] : {});
  const ttl = member('TimeToLiveSpecification');
  const { SSEEnabled, ...key } = member('SSESpecification');
  const encryption = { Enabled: SSEEnabled, ...key };
  const on = (value: unknown): boolean => String(value) === 'true';
  return {
    ...(on(ttl['Enabled']) && typeof ttl['AttributeName'] === 'string' && { ttlAttribute: ttl['AttributeName'] }),
    deletionProtection: false,
    ...readOptions({ ...properties, SSESpecification: encryption }),
    pointInTimeRecovery: on(member('PointInTimeRecoverySpecification')['PointInTimeRecoveryEnabled']),
  };
}
