import { parseMembers, unreadMembers } from '../cloud/members.ts';

const ACTIONS = 'ActionsEnabled OKActions AlarmActions InsufficientDataActions';
const REDELIVERY = 'DeadLetterConfig{Arn} RetryPolicy{MaximumRetryAttempts MaximumEventAgeInSeconds}';
const INDEX = 'IndexName KeySchema Projection';

/** Type → the properties that its provider acts on, or refuses itself with a reason: written as in `#src/cloud/members`. */
const READS: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': 'Name ProtocolType',
  'AWS::ApiGatewayV2::Integration': 'ApiId IntegrationType IntegrationUri PayloadFormatVersion TimeoutInMillis',
  'AWS::ApiGatewayV2::Route': 'ApiId AuthorizationType RouteKey Target',
  'AWS::ApiGatewayV2::Stage': `ApiId AutoDeploy StageName
    DefaultRouteSettings{ThrottlingBurstLimit ThrottlingRateLimit} RouteSettings`,
  'AWS::CloudWatch::Alarm': `AlarmName AlarmDescription ${ACTIONS} Namespace MetricName Dimensions Statistic ExtendedStatistic
    Period Unit EvaluationPeriods DatapointsToAlarm Threshold ComparisonOperator TreatMissingData
    Metrics{Id Expression Label ReturnData Period MetricStat{Metric Period Stat Unit}}`,
  'AWS::CloudWatch::CompositeAlarm': `AlarmName AlarmDescription AlarmRule ${ACTIONS}`,
  'AWS::CloudWatch::Dashboard': 'DashboardName DashboardBody',
  'AWS::DynamoDB::Table': `TableName BillingMode ProvisionedThroughput AttributeDefinitions KeySchema TableClass Tags
    LocalSecondaryIndexes{${INDEX}} GlobalSecondaryIndexes{${INDEX} ProvisionedThroughput} DeletionProtectionEnabled
    SSESpecification{SSEEnabled SSEType KMSMasterKeyId} TimeToLiveSpecification{AttributeName Enabled}
    PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled} ContributorInsightsSpecification
    GlobalTableSettingsReplicationMode ImportSourceSpecification KinesisStreamSpecification OnDemandThroughput ResourcePolicy
    StreamSpecification WarmThroughput`,
  'AWS::Events::Rule': `Name Description EventBusName EventPattern RoleArn ScheduleExpression State
    Targets{Id Arn RoleArn Input InputPath InputTransformer{InputPathsMap InputTemplate} ${REDELIVERY}}`,
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName Path PolicyDocument Roles',
  'AWS::IAM::Policy': 'PolicyName PolicyDocument Roles',
  'AWS::IAM::Role': `RoleName Path AssumeRolePolicyDocument ManagedPolicyArns MaxSessionDuration PermissionsBoundary Tags
    Policies{PolicyName PolicyDocument}`,
  'AWS::KMS::Alias': 'AliasName TargetKeyId',
  'AWS::KMS::Key': 'Description Enabled EnableKeyRotation KeyPolicy KeySpec Tags',
  'AWS::Lambda::Alias': 'FunctionName FunctionVersion Name',
  'AWS::Lambda::EventInvokeConfig': `FunctionName MaximumEventAgeInSeconds MaximumRetryAttempts Qualifier
    DestinationConfig{OnSuccess{Destination} OnFailure{Destination}}`,
  'AWS::Lambda::Function': `FunctionName Code{S3Bucket S3Key} DeadLetterConfig{TargetArn} Description Environment{Variables}
    Handler Layers LoggingConfig{LogGroup} MemorySize PackageType ReservedConcurrentExecutions Role Runtime Timeout
    TracingConfig{Mode}`,
  'AWS::Lambda::Permission': 'Action FunctionName Principal SourceAccount SourceArn',
  'AWS::Lambda::Version': 'FunctionName',
  'AWS::Logs::LogGroup': 'KmsKeyId LogGroupName RetentionInDays',
  'AWS::S3::Bucket': `BucketName NotificationConfiguration OwnershipControls{Rules{ObjectOwnership}} Tags
    BucketEncryption{ServerSideEncryptionConfiguration{BucketKeyEnabled
      ServerSideEncryptionByDefault{SSEAlgorithm KMSMasterKeyID}}}
    CorsConfiguration{CorsRules{AllowedHeaders AllowedMethods AllowedOrigins ExposedHeaders MaxAge}}
    LifecycleConfiguration{Rules{Id Status Prefix TagFilters ObjectSizeGreaterThan ObjectSizeLessThan ExpirationInDays
      ExpirationDate ExpiredObjectDeleteMarker NoncurrentVersionExpirationInDays Transitions NoncurrentVersionTransitions
      NoncurrentVersionExpiration{NoncurrentDays NewerNoncurrentVersions}
      AbortIncompleteMultipartUpload{DaysAfterInitiation}}}
    LoggingConfiguration{DestinationBucketName LogFilePrefix}
    PublicAccessBlockConfiguration{BlockPublicAcls BlockPublicPolicy IgnorePublicAcls RestrictPublicBuckets}
    VersioningConfiguration{Status}`,
  'AWS::S3::BucketPolicy': 'Bucket PolicyDocument',
  'AWS::Scheduler::Schedule': `Name GroupName Description ScheduleExpression ScheduleExpressionTimezone StartDate EndDate State
    FlexibleTimeWindow{Mode MaximumWindowInMinutes} Target{Arn RoleArn Input ${REDELIVERY}}`,
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::SecretsManager::Secret': 'Name Description GenerateSecretString KmsKeyId SecretString Tags',
  'AWS::SQS::Queue': `QueueName DelaySeconds KmsMasterKeyId KmsDataKeyReusePeriodSeconds MaximumMessageSize
    MessageRetentionPeriod ReceiveMessageWaitTimeSeconds RedrivePolicy RedriveAllowPolicy SqsManagedSseEnabled VisibilityTimeout
    ContentBasedDeduplication DeduplicationScope FifoQueue FifoThroughputLimit`,
  'AWS::SQS::QueuePolicy': 'PolicyDocument Queues',
  'AWS::StepFunctions::StateMachine': `StateMachineName StateMachineType RoleArn DefinitionString Definition
    DefinitionSubstitutions DefinitionS3Location LoggingConfiguration TracingConfiguration{Enabled} Tags`,
};

/** Properties that change nothing here, and why they may stand in a template. */
const INERT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::ApiGatewayV2::Api': { Description: 'nothing shows it', Tags: 'no policy asks for the tags of an API' },
  'AWS::ApiGatewayV2::Stage': { Tags: 'no policy asks for the tags of a stage' },
  'AWS::CloudWatch::Alarm': { Tags: 'no policy asks for the tags of an alarm' },
  'AWS::CloudWatch::CompositeAlarm': { Tags: 'no policy asks for the tags of an alarm' },
  'AWS::Events::Rule': { Tags: 'no policy asks for the tags of a rule' },
  'AWS::IAM::ManagedPolicy': { Description: 'nothing shows it' },
  'AWS::IAM::Role': { Description: 'nothing shows it' },
  'AWS::KMS::Key': {
    BypassPolicyLockoutSafetyCheck: 'nobody is locked out of a key here: the template changes it',
    KeyUsage: 'a key of SYMMETRIC_DEFAULT has one usage only',
    PendingWindowInDays: 'a key that leaves the template goes at once',
  },
  'AWS::Lambda::Alias': { Description: 'nothing shows it' },
  'AWS::Lambda::Function': {
    Architectures: 'functions run on the processor of this machine',
    EphemeralStorage: 'functions write to the disk of this machine',
    Tags: 'no policy asks for the tags of a function',
    VpcConfig: 'there is no VPC',
  },
  'AWS::Lambda::Version': { CodeSha256: 'there is one version of the code', Description: 'nothing shows it' },
  'AWS::Logs::LogGroup': { Tags: 'no policy asks for the tags of a log group' },
  'AWS::S3::Bucket': { 'CorsConfiguration.CorsRules.Id': 'nothing shows it' },
  'AWS::Scheduler::ScheduleGroup': { Tags: 'no policy asks for the tags of a group' },
  'AWS::SQS::Queue': { Tags: 'no policy asks for the tags of a queue' },
};

/** The properties of a resource that its provider would drop; a type that is not listed here checks its own. */
export function unreadProperties(type: string, properties: unknown): string[] {
  const reads = Object.hasOwn(READS, type) ? READS[type] : undefined;
  if (reads === undefined) return [];
  const inert = (Object.hasOwn(INERT, type) ? INERT[type] : undefined) ?? {};
  return unreadMembers(properties, undefined, parseMembers(reads)).filter((path) => !Object.hasOwn(inert, path));
}
