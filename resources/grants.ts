import { type Allow, allow, getAtt, sub, type Value } from './cloudformation.ts';
import { imageRepositories } from './training-images.ts';

/** The grants of functions and machines, named after what they allow. */
const bucketArn = (bucket: string): Value => getAtt(bucket, 'Arn');
const objects = (bucket: string, keys: string): Value => sub(`\${${bucket}.Arn}/${keys}`);
const keyOf: Readonly<Record<string, string>> = {
  RawBucket: 'RawKey',
  CleanBucket: 'CleanKey',
  ArtifactsBucket: 'ArtifactsKey',
};
const bucketKey = (bucket: string): Value => getAtt(keyOf[bucket] ?? '', 'Arn');
const viaS3: Allow['when'] = { StringEquals: { 'kms:ViaService': sub('s3.${AWS::Region}.amazonaws.com') } };

export type Bucket = 'RawBucket' | 'CleanBucket' | 'ArtifactsBucket';

/** Read objects whose keys match. Without list permission, a missing object returns 403: see `listObjects`. */
export const readObjects = (bucket: Bucket, keys: string): Allow[] => [
  allow('s3:GetObject', objects(bucket, keys)),
  allow('kms:Decrypt', bucketKey(bucket), viaS3),
];
/** List below prefixes, and get 404 for a missing object. */
export const listObjects = (bucket: Bucket, prefix: string): Allow =>
  allow('s3:ListBucket', bucketArn(bucket), { StringLike: { 's3:prefix': prefix } });
/** Get 404 for a missing object instead of 403. */
export const missObjects = (bucket: Bucket): Allow => allow('s3:ListBucket', bucketArn(bucket));
export const readObjectVersions = (bucket: Bucket, keys = '*'): Allow[] => [
  allow('s3:GetObjectVersion', objects(bucket, keys)),
  missObjects(bucket),
  allow('kms:Decrypt', bucketKey(bucket), viaS3),
];
/** Write small objects whose keys match. */
export const writeObjects = (bucket: Bucket, keys: string): Allow[] => [
  allow('s3:PutObject', objects(bucket, keys)),
  allow('kms:GenerateDataKey', bucketKey(bucket), viaS3),
];
/** Write objects of any size: a multipart upload's later parts are encrypted with the key of the first. */
export const writeFiles = (bucket: Bucket, keys: string): Allow[] => [
  allow('s3:PutObject', objects(bucket, keys)),
  allow(['kms:GenerateDataKey', 'kms:Decrypt'], bucketKey(bucket), viaS3),
];
/** See names and sizes of objects in all versions. */
export const measureObjects = (bucket: Bucket, keys: string): Allow =>
  allow('s3:ListBucketVersions', bucketArn(bucket), { StringLike: { 's3:prefix': keys } });
/** Delete objects in all versions: which there are, and each of them. */
export const eraseObjects = (bucket: Bucket, keys: string): Allow[] => [
  measureObjects(bucket, keys),
  allow('s3:DeleteObjectVersion', objects(bucket, keys)),
];
export const listVersions = (bucket: Bucket): Allow[] => [allow('s3:ListBucketVersions', bucketArn(bucket))];

const stateTable = getAtt('StateTable', 'Arn');
const testsTable = getAtt('EndpointTestsTable', 'Arn');
/** DynamoDB uses the KMS key as the caller. The AWS CDK grants the same actions for a table with a customer-managed key. */
const tablesKey = allow(
  [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  getAtt('TablesKey', 'Arn'),
  { StringEquals: { 'kms:ViaService': sub('dynamodb.${AWS::Region}.amazonaws.com') } },
);
export const state = (...actions: string[]): Allow[] => [
  allow(
    actions.map((a) => `dynamodb:${a}`),
    stateTable,
  ),
  tablesKey,
];
export const endpointTests = (...actions: string[]): Allow[] => [
  allow(
    actions.map((a) => `dynamodb:${a}`),
    testsTable,
  ),
  tablesKey,
];

/** Add to the record of approvals. Nothing of this stack may change or delete what is in it. */
export const appendApprovals = (): Allow => allow('dynamodb:PutItem', getAtt('ApprovalsTable', 'Arn'));

export const readSecret = (secret: string): Allow[] => [
  allow('secretsmanager:GetSecretValue', { Ref: secret }),
  allow('kms:Decrypt', getAtt('SecretsKey', 'Arn'), {
    StringEquals: { 'kms:ViaService': sub('secretsmanager.${AWS::Region}.amazonaws.com') },
  }),
];

const regional = (service: string, rest: string): Value =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`);
/** This stage's resources of one SageMaker kind. */
const sageMakerArn = (stage: string, kind: string): Value => regional('sagemaker', `${kind}/tidegate-${stage}-*`);
export const sageMaker = (stage: string, kind: string, ...actions: string[]): Allow[] => [
  allow(
    actions.map((a) => `sagemaker:${a}`),
    sageMakerArn(stage, kind),
  ),
];
/** What registering a model needs of its image (AWS managed policy AmazonSageMakerModelRegistryFullAccess). */
export const describeImages = (): Allow =>
  allow(['ecr:BatchGetImage', 'ecr:DescribeImages'], imageRepositories().map(repositoryArn));
/** A repository of images in this region, of any account: AWS's own images are in AWS's accounts. */
export const repositoryArn = (name: string): Value =>
  sub(`arn:\${AWS::Partition}:ecr:\${AWS::Region}:*:repository/${name}`);
export const passTo = (roleId: string, service: string): Allow[] => [
  allow('iam:PassRole', getAtt(roleId, 'Arn'), { StringEquals: { 'iam:PassedToService': service } }),
];

export const machineArn = (stage: string, machine: string): Value =>
  regional('states', `stateMachine:tidegate-${stage}-${machine}`);
export const executionsOf = (stage: string, machine: string): Value =>
  regional('states', `execution:tidegate-${stage}-${machine}:*`);
/**
 * Read what a run's executions entered and called: their histories, the children of the Distributed Map and their histories
 * (Service Authorization Reference, "AWS Step Functions": a child is `execution:<machine>/<label>:<id>`).
 */
export const readRunUsage = (stage: string): Allow[] => [
  allow('states:GetExecutionHistory', [
    ...['retrain', 'run-pipeline', 'prepare-data', 'train-candidate'].map((machine) => executionsOf(stage, machine)),
    regional('states', `execution:tidegate-${stage}-prepare-data/*`),
  ]),
  allow('states:ListExecutions', regional('states', `mapRun:tidegate-${stage}-prepare-data/*`)),
];
const eventsRule = (name: string): Value => regional('events', `rule/${name}`);
export const managedRule = (name: string): Allow[] => [
  allow(['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], eventsRule(name)),
];

/** Give the log groups of SageMaker's jobs and of this stage's endpoints a retention. They are found by listing. */
export const limitJobLogs = (stage: string): Allow[] => [
  allow('logs:DescribeLogGroups', '*'),
  allow(
    'logs:PutRetentionPolicy',
    ['TrainingJobs', 'TransformJobs', `Endpoints/tidegate-${stage}-*`].map((name) =>
      regional('logs', `log-group:/aws/sagemaker/${name}:*`),
    ),
  ),
];
/** A Lambda function's own log group, and X-Ray, which has no resource-level permissions. */
export const functionBasics = (stage: string, name: string): Allow[] => [
  allow(
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    regional('logs', `log-group:/aws/lambda/tidegate-${stage}-${name}:*`),
  ),
  allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
];
/** X-Ray and log delivery, whose actions have no resource-level permissions (Step Functions Developer Guide, "Logging using CloudWatch Logs"). */
export const machineBasics: readonly Allow[] = [
  allow(
    [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    '*',
  ),
  allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*'),
];

/** Alarms that watch a roll-out: they are named after the endpoint config. */
export const rollOutAlarms = (stage: string, ...actions: string[]): Allow =>
  allow(
    actions.map((action) => `cloudwatch:${action}`),
    regional('cloudwatch', `alarm:tidegate-${stage}-*`),
  );

const scaling = 'application-autoscaling';
/** Changes of scalable targets: a target has an id that nobody knows beforehand, so conditions say which ones. */
const scalableVariants = (...actions: string[]): Allow =>
  allow(
    actions.map((action) => `${scaling}:${action}`),
    regional(scaling, 'scalable-target/*'),
    {
      StringEquals: {
        [`${scaling}:service-namespace`]: 'sagemaker',
        [`${scaling}:scalable-dimension`]: 'sagemaker:variant:DesiredInstanceCount',
      },
    },
  );
/** Alarms that Application Auto Scaling makes for its policies. */
const scalingAlarms = (stage: string, ...actions: string[]): Allow =>
  allow(
    actions.map((action) => `cloudwatch:${action}`),
    regional('cloudwatch', `alarm:TargetTracking-endpoint/tidegate-${stage}-*`),
  );

/** The alarms that wake asynchronous endpoints: Tidegate makes them itself. */
const wakeAlarms = (stage: string, action: string): Allow =>
  allow(`cloudwatch:${action}`, regional('cloudwatch', `alarm:tidegate-${stage}-*-wake`));

/**
 * Have endpoints scaled. Application Auto Scaling checks what its caller may do with the endpoint and its alarms (Application Auto Scaling
 * User Guide, "Permissions required for API actions on target services and CloudWatch").
 */
export const startScaling = (stage: string): Allow[] => [
  scalableVariants('RegisterScalableTarget', 'PutScalingPolicy'),
  ...sageMaker(stage, 'endpoint', 'DescribeEndpoint', 'UpdateEndpointWeightsAndCapacities'),
  ...sageMaker(stage, 'endpoint-config', 'DescribeEndpointConfig'),
  scalingAlarms(stage, 'DescribeAlarms', 'PutMetricAlarm'),
  wakeAlarms(stage, 'PutMetricAlarm'),
];
/** The first registration in an account makes a role for the service. */
export const makeScalingRole = (): Allow =>
  allow(
    'iam:CreateServiceLinkedRole',
    sub(
      'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint',
    ),
    { StringEquals: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' } },
  );
/** End the scaling of endpoints. */
export const stopScaling = (stage: string): Allow[] => [
  scalableVariants('DeregisterScalableTarget'),
  scalingAlarms(stage, 'DeleteAlarms'),
  wakeAlarms(stage, 'DeleteAlarms'),
];
