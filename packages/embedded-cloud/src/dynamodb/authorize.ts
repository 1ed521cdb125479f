import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { type AuthorizationRequest, AwsError, type CloudContext } from '../cloud/service.ts';
import { keyUse } from '../kms/key-use.ts';

/** What IAM needs to know of the tables. */
export interface Tables {
  readonly accountId: string;
  readonly region: string;
  /** Name of the partition key of a table or index; undefined when there is no such table. */
  hashKey(table: string, index?: string): string | undefined;
  /** The customer's key that encrypts a table, if one does. */
  keyId(table: string): string | undefined;
}

/** A table may be named by its ARN: the bare name. */
export const tableName = (nameOrArn: unknown): string =>
  String(nameOrArn ?? '').replace(/^arn:.*:table\/([^/]+).*$/, '$1');

const valueText = (value: unknown): string | undefined => {
  if (!isJsonObject(value)) return undefined;
  const [inner] = Object.values(value);
  return typeof inner === 'string' ? inner : undefined;
};

/** Partition key values a request names: the condition key `dynamodb:LeadingKeys`. */
function leadingKeys(input: JsonObject, hashKey: string | undefined): string[] {
  if (!hashKey) return [];
  const item = input['Key'] ?? input['Item'];
  if (isJsonObject(item)) return [valueText(item[hashKey])].filter((value) => value !== undefined);
  const names = isJsonObject(input['ExpressionAttributeNames']) ? input['ExpressionAttributeNames'] : {};
  const values = isJsonObject(input['ExpressionAttributeValues']) ? input['ExpressionAttributeValues'] : {};
  for (const [, name = '', placeholder = ''] of String(input['KeyConditionExpression'] ?? '').matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)/g,
  )) {
    if ((names[name] ?? name) === hashKey)
      return [valueText(values[placeholder])].filter((value) => value !== undefined);
  }
  return [];
}

const withKeys = (keys: readonly string[]): Pick<AuthorizationRequest, 'context'> =>
  keys.length > 0 ? { context: { 'dynamodb:LeadingKeys': keys } } : {};

/** What a caller must be allowed for an operation (Service Authorization Reference, "Amazon DynamoDB"). */
export function authorizeDynamo(operation: string, input: JsonObject, tables: Tables): AuthorizationRequest[] {
  const action = `dynamodb:${operation}`;
  const arn = (table: string): string => `arn:aws:dynamodb:${tables.region}:${tables.accountId}:table/${table}`;

  if (operation === 'ListTables') return [{ action, resource: '*' }];
  if (operation.endsWith('TagResource') || operation === 'UntagResource' || operation === 'ListTagsOfResource') {
    return [{ action, resource: String(input['ResourceArn'] ?? '*') }];
  }
  if (operation.startsWith('Transact')) {
    return [input['TransactItems']].flatMap(asObjects).flatMap((item) =>
      Object.entries(item).flatMap(([kind, each]) => {
        if (!isJsonObject(each)) return [];
        const table = tableName(each['TableName']);
        const permission = kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`;
        return [
          {
            action: `dynamodb:${permission}`,
            resource: arn(table),
            ...withKeys(leadingKeys(each, tables.hashKey(table))),
          },
        ];
      }),
    );
  }
  if (operation.startsWith('Batch')) {
    const items = input['RequestItems'];
    if (!isJsonObject(items)) throw new AwsError('ValidationException', 'RequestItems is required.');
    return Object.entries(items).map(([name, requests]) => {
      const table = tableName(name);
      const hashKey = tables.hashKey(table);
      const list = isJsonObject(requests)
        ? asObjects(requests['Keys']).map((Key) => ({ Key }))
        : asObjects(requests).flatMap((each) => Object.values(each).filter(isJsonObject));
      return {
        action,
        resource: arn(table),
        ...withKeys([...new Set(list.flatMap((each) => leadingKeys(each, hashKey)))]),
      };
    });
  }
  const table = tableName(input['TableName']);
  const index = typeof input['IndexName'] === 'string' ? input['IndexName'] : undefined;
  const resource = index === undefined ? arn(table) : `${arn(table)}/index/${index}`;
  return [{ action, resource, ...withKeys(leadingKeys(input, tables.hashKey(table, index))) }];
}

/** Operations that read or write items, and so need the table's key. */
const ON_ITEMS = /^(?:Get|Put|Update|Delete|BatchGet|BatchWrite|TransactGet|TransactWrite)Items?$|^(?:Query|Scan)$/;

/**
 * The least DynamoDB says it requires of those who use a table with a customer's key (Developer Guide, "Authorizing use of
 * your customer managed key"). What it calls for an item is Decrypt; it may need the others for new table keys.
 */
const KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
] as const;

/**
 * With a key of the customer's, DynamoDB unlocks the table's own key in the caller's name (Developer Guide, "DynamoDB
 * encryption at rest: how it works"). It keeps an unlocked key for up to five minutes a caller; here each request asks,
 * so that a missing grant shows at once.
 * @throws AwsError `AccessDeniedException` when the key was deleted or is disabled
 */
export function tableKeyUse(
  operation: string,
  authorized: readonly AuthorizationRequest[],
  tables: Tables,
  context: Pick<CloudContext, 'partition' | 'service'>,
): AuthorizationRequest[] {
  if (!ON_ITEMS.test(operation)) return [];
  const names = new Set(authorized.map(({ resource }) => tableName(resource)));
  return [...names].flatMap((table) => {
    const key = tables.keyId(table);
    if (key === undefined) return [];
    const encryptionContext = { 'aws:dynamodb:tableName': table, 'aws:dynamodb:subscriberId': tables.accountId };
    try {
      return keyUse({ ...tables, ...context }, { actions: KEY_ACTIONS, key, via: 'dynamodb', encryptionContext });
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      throw new AwsError('AccessDeniedException', `KMS key access denied error: ${cause.message}`);
    }
  });
}

const asObjects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
