import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoDb } from '#src/dynamodb/service';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../support/door.ts';

/** A DynamoDB of its own behind a test door with the table `items`, keyed by `id`. */
export interface TestDynamo {
  readonly context: FakeContext;
  readonly served: ServedService;
  readonly client: DynamoDBDocumentClient;
  readonly stateDir: string;
  /** Ends the service and opens it again on the same folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const itemsTable = {
  logicalId: 'Items',
  type: 'AWS::DynamoDB::Table',
  stackName: 'shop',
  properties: {
    TableName: 'items',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  },
};

export async function startDynamo(): Promise<TestDynamo> {
  const stateDir = mkdtempSync(join(tmpdir(), 'cloud-dynamo-'));
  const context = fakeContext(stateDir);
  const open = async () => {
    const service = await createDynamoDb(context);
    await service.resources?.['AWS::DynamoDB::Table']?.apply(itemsTable);
    await service.start?.();
    const served = await serveService(service, { context });
    const raw = new DynamoDBClient({
      endpoint: served.endpoint,
      region: 'eu-central-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    });
    return { served, client: DynamoDBDocumentClient.from(raw) };
  };
  let current = await open();
  return {
    context,
    stateDir,
    get served() {
      return current.served;
    },
    get client() {
      return current.client;
    },
    async restart() {
      current.client.destroy();
      await current.served.close();
      current = await open();
    },
    async close() {
      current.client.destroy();
      await current.served.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
