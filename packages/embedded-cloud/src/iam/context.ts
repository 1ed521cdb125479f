import type { AuthorizationRequest, Caller, CloudContext } from '../cloud/service.ts';
import { type ConditionContext, contextOf } from './conditions.ts';
import type { Role } from './roles.ts';

/** The global condition keys of a request through the door, and those of the service on top. */
export function requestContext(
  entry: AuthorizationRequest,
  caller: Caller,
  role: Role | undefined,
  region: string,
  account: Pick<CloudContext, 'accountId' | 'clock'>,
): ConditionContext {
  const { accountId } = account;
  const tags = { ...role?.tags, ...caller.session?.tags };
  const sourceFunctionArn = caller.session?.sourceFunctionArn;
  return contextOf({
    ...anyRequest(entry, region, account),
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': caller.roleArn ? 'AssumedRole' : 'User',
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': caller.roleArn ? `${role?.id ?? ''}:${caller.arn.split('/').at(-1)}` : 'AIDAADMIN',
    // Only temporary credentials and users say whether a second factor was used, long-term keys do not.
    ...(caller.roleArn ? { 'aws:MultiFactorAuthPresent': 'false' } : { 'aws:username': 'admin' }),
    'aws:SourceIp': '127.0.0.1',
    // Where this key is set, another service calls KMS for the caller; the caller never does.
    'aws:ViaAWSService': String(entry.context?.['kms:ViaService'] !== undefined),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
    ...(sourceFunctionArn !== undefined && { 'lambda:SourceFunctionArn': sourceFunctionArn }),
    ...entry.context,
  });
}

/** The condition keys of a request that a service makes in its own name. */
export function serviceContext(
  entry: AuthorizationRequest,
  by: { readonly service: string; readonly sourceArn?: string },
  region: string,
  account: Pick<CloudContext, 'accountId' | 'clock'>,
): ConditionContext {
  return contextOf({
    ...anyRequest(entry, region, account),
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': by.service,
    'aws:PrincipalServiceNamesList': [by.service],
    'aws:ViaAWSService': 'false',
    'aws:SourceAccount': account.accountId,
    ...(by.sourceArn !== undefined && { 'aws:SourceArn': by.sourceArn }),
    ...entry.context,
  });
}

/** Keys that have the same value for every caller. */
function anyRequest(
  { resource }: AuthorizationRequest,
  region: string,
  { accountId, clock }: Pick<CloudContext, 'accountId' | 'clock'>,
): Readonly<Record<string, string>> {
  const now = clock.now();
  return {
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': resource.split(':')[4] || accountId,
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
  };
}
