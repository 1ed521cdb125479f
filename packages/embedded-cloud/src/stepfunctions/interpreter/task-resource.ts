/** How long a Task state waits: for the answer, for the job, or for the holder of a token. */
export type IntegrationPattern = 'requestResponse' | 'sync' | 'sync:2' | 'waitForTaskToken';

/** A Task state's Resource, taken apart. */
export type TaskResource =
  | { readonly kind: 'lambda'; readonly arn: string }
  | {
      readonly kind: 'service';
      readonly arn: string;
      /** `lambda`, `sagemaker`, `aws-sdk:s3`: what events call resourceType. */
      readonly service: string;
      /** `createTrainingJob`, without the pattern. */
      readonly action: string;
      readonly pattern: IntegrationPattern;
    };

const lambdaArn = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const serviceArn =
  /^arn:[\w-]+:states:[^:]*:[^:]*:((?:aws-sdk:)?[A-Za-z0-9]+):([A-Za-z0-9]+)(?:\.(sync|sync:2|waitForTaskToken))?$/;

/** Takes a Resource apart; undefined when it is none this interpreter knows. */
export function parseTaskResource(arn: string): TaskResource | undefined {
  if (lambdaArn.test(arn)) return { kind: 'lambda', arn };
  const [, service, action, pattern] = serviceArn.exec(arn) ?? [];
  if (service === undefined || action === undefined) return undefined;
  return {
    kind: 'service',
    arn,
    service,
    action,
    pattern: (pattern as IntegrationPattern | undefined) ?? 'requestResponse',
  };
}

/** The action as events show it, with its pattern: `createTrainingJob.sync`. */
export const shownAction = (resource: Extract<TaskResource, { kind: 'service' }>): string =>
  resource.pattern === 'requestResponse' ? resource.action : `${resource.action}.${resource.pattern}`;
