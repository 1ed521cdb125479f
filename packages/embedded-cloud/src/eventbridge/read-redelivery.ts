import type { JsonObject } from '#src/cloud/json-protocol';
import { optionalNumber, optionalObject, requiredText } from '#src/cloud/read-members';
import type { RetryPolicy } from './rule-store.ts';

/** What happens after a failed delivery: how often it is tried again, and the queue that receives the event in the end. */
export interface Redelivery {
  readonly RetryPolicy?: RetryPolicy;
  readonly DeadLetterConfig?: { readonly Arn: string };
}

/** Reads what targets of rules and of schedules have in common. @throws AwsError `ValidationException` */
export function readRedelivery(target: JsonObject): Redelivery {
  const retry = optionalObject(target, 'RetryPolicy');
  const attempts = retry && optionalNumber(retry, 'MaximumRetryAttempts', 0, 185);
  const age = retry && optionalNumber(retry, 'MaximumEventAgeInSeconds', 60, 86_400);
  const deadLetter = optionalObject(target, 'DeadLetterConfig');
  return {
    ...(retry && {
      RetryPolicy: {
        ...(attempts !== undefined && { MaximumRetryAttempts: attempts }),
        ...(age !== undefined && { MaximumEventAgeInSeconds: age }),
      },
    }),
    ...(deadLetter && { DeadLetterConfig: { Arn: requiredText(deadLetter, 'Arn') } }),
  };
}
