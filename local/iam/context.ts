import type { AuthorizationRequest, Caller, CloudContext } from '../cloud/service.ts';
import type { ConditionContext } from './conditions.ts';
import type { Role } from './roles.ts';

/** Condition keys are compared without regard to case. */
export function contextOf(values: Readonly<Record<string, string | readonly string[]>>): ConditionContext {
  return new Map(
    Object.entries(values).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
  );
}

/** The global condition keys of a request through the door, and those of the service on top. */
export function requestContext(
  entry: AuthorizationRequest,
  caller: Caller,
  role: Role | undefined,
  region: string,
  { accountId, clock }: Pick<CloudContext, 'accountId' | 'clock'>,
): ConditionContext {
  const now = clock.now();
  const resourceAccount = entry.resource.split(':')[4];
  return contextOf({
    'aws:SecureTransport': 'true',
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': caller.roleArn ? 'AssumedRole' : 'User',
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': caller.roleArn ? `${role?.id ?? ''}:${caller.arn.split('/').at(-1)}` : 'AIDAADMIN',
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': resourceAccount || accountId,
    'aws:SourceIp': '127.0.0.1',
    'aws:ViaAWSService': 'false',
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    ...Object.fromEntries(Object.entries(role?.tags ?? {}).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
    ...entry.context,
  });
}
