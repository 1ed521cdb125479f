import { role, trusts } from './small-stack.ts';

/** A stack with much concurrent work, to be killed in the middle of it. */

export const BUCKET = 'drops';
export const TABLE = 'ledger';
/** Gets every event of the bus that the rules below take. */
export const TOLD = 'told';
/** Gets what is sent to it directly. */
export const MAIL = 'mail';

const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const task = (resource: string, args: unknown, more: object = {}) => ({
  Type: 'Task',
  Resource: resource,
  Arguments: args,
  ...more,
});
const branch = (states: Record<string, object>) => ({ StartAt: Object.keys(states)[0], States: states });
const put = (id: string, more: object = {}) => ({ TableName: TABLE, Item: { id: { S: id }, ...more } });

/** Lambda tasks that fail at first, and an object for each item. */
const items = branch({
  Each: {
    Type: 'Map',
    Items: '{% [1..4] %}',
    MaxConcurrency: 2,
    ItemProcessor: branch({
      Work: task(
        'arn:aws:states:::lambda:invoke',
        {
          FunctionName: 'work',
          Payload: { item: '{% $states.input %}', retry: '{% $states.context.State.RetryCount %}' },
        },
        {
          Retry: [
            { ErrorEquals: ['Shaky'], IntervalSeconds: 1, MaxAttempts: 1 },
            // What the function's process gets when the cloud died before it.
            { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 5 },
          ],
          Output: '{% $states.result.Payload %}',
          Next: 'Keep',
        },
      ),
      Keep: task(
        'arn:aws:states:::aws-sdk:s3:putObject',
        {
          Bucket: BUCKET,
          Key: "{% 'out/' & $states.context.Execution.Name & '/' & $string($states.input) %}",
          Body: '{% $string($states.input) %}',
        },
        { Output: '{% $states.input %}', End: true },
      ),
    }),
    End: true,
  },
});

const nested = branch({
  Nested: task(
    'arn:aws:states:::states:startExecution.sync:2',
    { StateMachineArn: `\${nested}`, Input: { of: '{% $states.context.Execution.Name %}' } },
    { Output: '{% $states.result.Output %}', End: true },
  ),
});

/** The driver that finds the token in the table answers it. */
const token = branch({
  Ask: task(
    'arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken',
    put("{% 'ask/' & $states.context.Execution.Name %}", { token: { S: '{% $states.context.Task.Token %}' } }),
    { TimeoutSeconds: 600, End: true },
  ),
});

const children = branch({
  Batches: {
    Type: 'Map',
    Items: '{% [1..5] %}',
    ItemBatcher: { MaxItemsPerBatch: 2 },
    MaxConcurrency: 2,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      ...branch({
        Count: {
          ...task(`\${work}`, { item: '{% $sum($states.input.Items) %}', retry: 1 }),
          Next: 'Rest',
        },
        Rest: { Type: 'Wait', Seconds: 1, End: true },
      }),
    },
    End: true,
  },
});

const event = branch({
  Tell: task(
    'arn:aws:states:::events:putEvents',
    {
      Entries: [
        {
          Source: 'busy',
          DetailType: 'Told',
          Detail: { from: '{% $states.context.Execution.Name %}' },
          EventBusName: 'default',
        },
      ],
    },
    { Output: 'told', End: true },
  ),
});

const busy = {
  All: { Type: 'Parallel', Branches: [items, nested, token, children, event], Next: 'Last' },
  Last: task('arn:aws:states:::dynamodb:putItem', put("{% 'done/' & $states.context.Execution.Name %}"), {
    Output: '{% $states.input %}',
    End: true,
  }),
};

/** The result of every execution of the machine. */
export const EXPECTED = [[10, 20, 30, 40], 'rested', 'yes', [30, 70, 50], 'told'];

const machine = (name: string, states: Record<string, object>, substitutions: object) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    StateMachineName: name,
    RoleArn: arn('MachineRole'),
    DefinitionString: {
      'Fn::Sub': [JSON.stringify({ QueryLanguage: 'JSONata', ...branch(states) }), substitutions],
    },
  },
});

const rule = (pattern: object) => ({
  Type: 'AWS::Events::Rule',
  Properties: { EventPattern: pattern, Targets: [{ Id: 'told', Arn: arn('Told') }] },
});

export const busyFunction =
  "export const handler = async ({ item, retry }) => { if (item === 2 && retry === 0) { const error = new Error('not yet'); error.name = 'Shaky'; throw error; } return item * 10; };";

export const busyStack = {
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: BUCKET,
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    },
  },
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    },
  },
  Told: { Type: 'AWS::SQS::Queue', Properties: { QueueName: TOLD, VisibilityTimeout: 600 } },
  Mail: { Type: 'AWS::SQS::Queue', Properties: { QueueName: MAIL, VisibilityTimeout: 600 } },
  ToldPolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Told' }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: arn('Told'),
          },
        ],
      },
    },
  },
  Objects: rule({ source: ['aws.s3'], 'detail-type': ['Object Created'] }),
  Events: rule({ source: ['busy'] }),
  Statuses: rule({ source: ['aws.states'] }),
  FunctionRole: role([]),
  Work: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'work',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: arn('FunctionRole'),
      Code: { S3Bucket: 'deployments', S3Key: 'serverless/shop/work.zip' },
    },
  },
  MachineRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trusts('states.amazonaws.com'),
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
        },
      ],
    },
  },
  NestedMachine: machine('nested', { Rest: { Type: 'Wait', Seconds: 1, Next: 'Note' }, Note: noteNested() }, {}),
  Machine: machine('busy', busy, { nested: { Ref: 'NestedMachine' }, work: arn('Work') }),
};

function noteNested(): object {
  return task('arn:aws:states:::dynamodb:putItem', put("{% 'nested/' & $states.input.of %}"), {
    Output: 'rested',
    End: true,
  });
}
