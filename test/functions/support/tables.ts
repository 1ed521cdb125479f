import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { stateStore } from '#functions/aws/state-store';
import type { StateStore } from '#functions/ports/state-store';

/** The state table, the tests table and the record of approvals in a real (in-memory) DynamoDB, so that conditions hold or fail as they do there. */
export interface Tables {
  readonly state: StateStore;
  readonly tests: StateStore;
  readonly approvals: StateStore;
  /** Takes every item out. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const names = ['tidegate-dev-state', 'tidegate-dev-endpoint-tests', 'tidegate-dev-approvals'] as const;

/** Starts an in-memory DynamoDB and points this process's clients at it: call it before a handler is imported. */
export async function startTables(): Promise<Tables> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['AWS_REGION'] = 'eu-central-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  process.env['STATE_TABLE'] = 'tidegate-dev-state';
  process.env['ENDPOINT_TESTS_TABLE'] = 'tidegate-dev-endpoint-tests';
  process.env['APPROVALS_TABLE'] = 'tidegate-dev-approvals';
  const client = new DynamoDBClient({});
  for (const TableName of names) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    while ((await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus !== 'ACTIVE');
  }
  const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    state: stateStore(document, 'tidegate-dev-state'),
    tests: stateStore(document, 'tidegate-dev-endpoint-tests'),
    approvals: stateStore(document, 'tidegate-dev-approvals'),
    clear: async () => {
      for (const TableName of names) {
        const { Items = [] } = await document.send(new ScanCommand({ TableName }));
        for (const { pk, sk } of Items) await document.send(new DeleteCommand({ TableName, Key: { pk, sk } }));
      }
    },
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
