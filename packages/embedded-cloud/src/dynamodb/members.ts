import type { RequestMembers } from '#src/cloud/request-members';

const EXPRESSIONS = 'ConditionExpression ExpressionAttributeNames ExpressionAttributeValues';
const OLD_CONDITIONS = 'Expected ConditionalOperator';
const REPORTS = 'ReturnConsumedCapacity ReturnItemCollectionMetrics';
const WRITE = `${OLD_CONDITIONS} ${EXPRESSIONS} ${REPORTS} ReturnValues ReturnValuesOnConditionCheckFailure`;
const READ = 'ConsistentRead AttributesToGet ProjectionExpression ExpressionAttributeNames ReturnConsumedCapacity';
const PAGE = 'ConditionalOperator IndexName Limit ExclusiveStartKey Select FilterExpression ExpressionAttributeValues';
const ACTION = `TableName Key ${EXPRESSIONS} ReturnValuesOnConditionCheckFailure`;
const INDEX = 'IndexName KeySchema Projection';

/** What DynamoDB acts on; dynalite reads most of it. */
export const dynamoDbMembers: RequestMembers = {
  model: 'dynamodb',
  reads: {
    BatchGetItem: 'RequestItems ReturnConsumedCapacity',
    BatchWriteItem: `RequestItems ${REPORTS}`,
    CreateTable: `TableName AttributeDefinitions KeySchema BillingMode ProvisionedThroughput
      LocalSecondaryIndexes{${INDEX}} GlobalSecondaryIndexes{${INDEX} ProvisionedThroughput}
      StreamSpecification{StreamEnabled} SSESpecification{Enabled SSEType KMSMasterKeyId} Tags TableClass DeletionProtectionEnabled`,
    DeleteItem: `TableName Key ${WRITE}`,
    DeleteTable: 'TableName',
    DescribeContinuousBackups: 'TableName',
    DescribeTable: 'TableName',
    DescribeTimeToLive: 'TableName',
    GetItem: `TableName Key ${READ}`,
    ListTables: 'ExclusiveStartTableName Limit',
    ListTagsOfResource: 'ResourceArn NextToken',
    PutItem: `TableName Item ${WRITE}`,
    Query: `TableName KeyConditions KeyConditionExpression QueryFilter ScanIndexForward ${READ} ${PAGE}`,
    Scan: `TableName ScanFilter Segment TotalSegments ${READ} ${PAGE}`,
    TagResource: 'ResourceArn Tags',
    TransactGetItems: 'TransactItems{Get{TableName Key ProjectionExpression ExpressionAttributeNames}}',
    TransactWriteItems: `ClientRequestToken TransactItems{
      ConditionCheck{${ACTION}} Put{TableName Item ${EXPRESSIONS} ReturnValuesOnConditionCheckFailure}
      Delete{${ACTION}} Update{UpdateExpression ${ACTION}}}`,
    UntagResource: 'ResourceArn TagKeys',
    UpdateItem: `TableName Key AttributeUpdates UpdateExpression ${WRITE}`,
    UpdateTable: `TableName AttributeDefinitions BillingMode ProvisionedThroughput TableClass DeletionProtectionEnabled
      GlobalSecondaryIndexUpdates{Update Create Delete} SSESpecification{Enabled SSEType KMSMasterKeyId}
      StreamSpecification{StreamEnabled}`,
    UpdateTimeToLive: 'TableName TimeToLiveSpecification{Enabled AttributeName}',
  },
};
