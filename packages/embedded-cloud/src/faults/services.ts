/** Names a fault file may give a service, and its signing name. */
export const SERVICE_NAMES = {
  apigateway: 'execute-api',
  autoscaling: 'application-autoscaling',
  cloudformation: 'cloudformation',
  cloudwatch: 'monitoring',
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  iam: 'iam',
  kms: 'kms',
  lambda: 'lambda',
  logs: 'logs',
  s3: 's3',
  sagemaker: 'sagemaker',
  scheduler: 'scheduler',
  secretsmanager: 'secretsmanager',
  sqs: 'sqs',
  stepfunctions: 'states',
  sts: 'sts',
  // as a request is signed, and as the audit log has it
  'application-autoscaling': 'application-autoscaling',
  events: 'events',
  'execute-api': 'execute-api',
  monitoring: 'monitoring',
  states: 'states',
} as const satisfies Record<string, string>;

export type FaultService = keyof typeof SERVICE_NAMES;

/** Where the operations of a service can be looked up; the others have no client among the dependencies. */
const CLIENTS: Readonly<Record<string, readonly (() => Promise<object>)[]>> = {
  'application-autoscaling': [() => import('@aws-sdk/client-application-auto-scaling')],
  cloudformation: [() => import('@aws-sdk/client-cloudformation')],
  dynamodb: [() => import('@aws-sdk/client-dynamodb')],
  events: [() => import('@aws-sdk/client-eventbridge')],
  lambda: [() => import('@aws-sdk/client-lambda')],
  monitoring: [() => import('@aws-sdk/client-cloudwatch')],
  s3: [() => import('@aws-sdk/client-s3')],
  sagemaker: [() => import('@aws-sdk/client-sagemaker'), () => import('@aws-sdk/client-sagemaker-runtime')],
  secretsmanager: [() => import('@aws-sdk/client-secrets-manager')],
  states: [() => import('@aws-sdk/client-sfn')],
};

/** The signing name of a service by its name in a fault file; undefined for what is no service of AWS. */
export const signingNameOf = (service: string): string | undefined =>
  Object.hasOwn(SERVICE_NAMES, service) ? SERVICE_NAMES[service as FaultService] : undefined;

/** Every operation of a service by AWS's own SDK, or undefined where this package has no client for it. */
export async function operationsOf(service: string): Promise<readonly string[] | undefined> {
  const signingName = signingNameOf(service) ?? '';
  const modules = await Promise.all((CLIENTS[signingName] ?? []).map((load) => load()));
  if (modules.length === 0) return undefined;
  return modules.flatMap((module) =>
    Object.keys(module)
      .filter((name) => name.endsWith('Command') && name !== '$Command')
      .map((name) => name.slice(0, -'Command'.length)),
  );
}
