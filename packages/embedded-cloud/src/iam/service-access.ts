import { findService } from '../cloud/find-service.ts';
import { type AuthorizationRequest, AwsError, type CloudContext } from '../cloud/service.ts';
import { serviceContext } from './context.ts';
import { evaluate } from './evaluate.ts';
import { statementName } from './explain.ts';
import { resourcePolicy } from './resource-policy.ts';

/** A service of the cloud that does something in its own name, and what for. */
export interface ServiceCaller {
  /** `events.amazonaws.com` */
  readonly service: string;
  /** ARN of the rule, function, bucket … behind it: `aws:SourceArn`. */
  readonly sourceArn: string;
}

/**
 * Checks that the policy of a resource lets another service do something in its own name.
 * @throws AwsError `AccessDenied` with the statement that is missing
 */
export function assertServiceMay(
  context: Pick<CloudContext, 'accountId' | 'clock' | 'region' | 'service'>,
  by: ServiceCaller,
  entry: AuthorizationRequest,
): void {
  const { action, resource } = entry;
  const question = { ...entry, context: serviceContext(entry, by, context.region, context) };
  const subject = { arn: by.service, accountId: context.accountId, service: by.service };
  const verdict = evaluate(
    { ...resourcePolicy(resource, { ...context, find: (name) => findService(context, name) }), resourceDecides: true },
    question,
    subject,
  );
  if (verdict.effect === 'allow') return;
  const hint =
    verdict.effect === 'deny'
      ? `${statementName(verdict.by)} denies it.`
      : `The policy of ${resource} needs ${JSON.stringify({
          Effect: 'Allow',
          Principal: { Service: by.service },
          Action: action,
          Resource: resource,
          Condition: { ArnEquals: { 'aws:SourceArn': by.sourceArn } },
        })}, the condition as wide as you like.`;
  throw new AwsError(
    'AccessDenied',
    `${by.service} is not authorized to perform: ${action} on resource: ${resource} for ${by.sourceArn}${verdict.effect === 'deny' ? ' with an explicit deny in a resource-based policy' : ` because no resource-based policy allows the ${action} action`}. Hint: ${hint}`,
    403,
  );
}
