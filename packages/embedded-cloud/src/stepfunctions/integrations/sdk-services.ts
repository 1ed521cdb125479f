/** What the interpreter knows of an AWS service it can call. */
export interface SdkService {
  load(): Promise<object>;
  /** Name of the client class in the SDK's module. */
  readonly client: string;
  /** The service in error names and causes of `aws-sdk:` integrations, which the Java SDK v2 forms. */
  readonly name: string;
  /** Members are camelCase on the wire, but PascalCase in a state machine. */
  readonly camelCase?: boolean;
}

/** Services by the name `aws-sdk:` integrations use. */
export const sdkServices: Readonly<Record<string, SdkService>> = {
  cloudwatch: { load: () => import('@aws-sdk/client-cloudwatch'), client: 'CloudWatchClient', name: 'CloudWatch' },
  dynamodb: { load: () => import('@aws-sdk/client-dynamodb'), client: 'DynamoDBClient', name: 'DynamoDb' },
  eventbridge: { load: () => import('@aws-sdk/client-eventbridge'), client: 'EventBridgeClient', name: 'EventBridge' },
  lambda: { load: () => import('@aws-sdk/client-lambda'), client: 'LambdaClient', name: 'Lambda' },
  s3: { load: () => import('@aws-sdk/client-s3'), client: 'S3Client', name: 'S3' },
  sagemaker: { load: () => import('@aws-sdk/client-sagemaker'), client: 'SageMakerClient', name: 'SageMaker' },
  sagemakerruntime: {
    load: () => import('@aws-sdk/client-sagemaker-runtime'),
    client: 'SageMakerRuntimeClient',
    name: 'SageMakerRuntime',
  },
  secretsmanager: {
    load: () => import('@aws-sdk/client-secrets-manager'),
    client: 'SecretsManagerClient',
    name: 'SecretsManager',
  },
  sfn: { load: () => import('@aws-sdk/client-sfn'), client: 'SFNClient', name: 'Sfn', camelCase: true },
};

/** How optimised integrations name a service in errors, which the Java SDK v1 forms. */
export interface OptimisedNames {
  /** Before the dot of an error's name. */
  readonly prefix: string;
  /** Name of an error the service's model does not know. */
  readonly base: string;
  /** In the cause: `Service: AWSLambda`. */
  readonly service: string;
}

export const optimisedNames = {
  lambda: { prefix: 'Lambda', base: 'AWSLambdaException', service: 'AWSLambda' },
  sagemaker: { prefix: 'SageMaker', base: 'AmazonSageMakerException', service: 'AmazonSageMaker' },
  states: { prefix: 'StepFunctions', base: 'AWSStepFunctionsException', service: 'AWSStepFunctions' },
  dynamodb: { prefix: 'DynamoDB', base: 'AmazonDynamoDBException', service: 'AmazonDynamoDBv2' },
  events: { prefix: 'EventBridge', base: 'AmazonEventBridgeException', service: 'AmazonEventBridge' },
  s3: { prefix: 'S3', base: 'AmazonS3Exception', service: 'Amazon S3' },
} as const satisfies Record<string, OptimisedNames>;
