import { type CredentialStore, sessionArn } from '../cloud/credentials.ts';
import { queryError, queryMembers, queryResponse, readQueryRequest } from '../cloud/query-protocol.ts';
import {
  AwsError,
  type CloudContext,
  type CloudService,
  type PreparedCall,
  type ServiceRequest,
  type SessionTerms,
} from '../cloud/service.ts';
import { parsePolicy } from '../iam/policy.ts';
import type { IamService } from '../iam/service.ts';
import { stsMembers } from './members.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** API Reference, AssumeRole: Policy. */
const MAX_POLICY = 2048;

/**
 * The policies and tags a session is begun with.
 * @throws AwsError `MalformedPolicyDocument`, `PackedPolicyTooLarge`
 */
function sessionTerms(input: URLSearchParams): SessionTerms | undefined {
  const policy = input.get('Policy');
  if (policy !== null) {
    if (policy.length > MAX_POLICY)
      throw new AwsError('PackedPolicyTooLarge', `A session policy has at most ${MAX_POLICY} characters.`);
    try {
      parsePolicy(policy, 'policy of the session', 'identity');
    } catch (cause) {
      throw new AwsError('MalformedPolicyDocument', cause instanceof Error ? cause.message : String(cause));
    }
  }
  const members = (prefix: string, suffix: string): string[] => {
    const values: string[] = [];
    for (let n = 1; input.has(`${prefix}.member.${n}.${suffix}`); n++)
      values.push(input.get(`${prefix}.member.${n}.${suffix}`) ?? '');
    return values;
  };
  const policies = [...(policy === null ? [] : [policy]), ...members('PolicyArns', 'arn')];
  const values = members('Tags', 'Value');
  const tags = Object.fromEntries(members('Tags', 'Key').map((key, index) => [key, values[index] ?? '']));
  if (policies.length === 0 && values.length === 0) return undefined;
  return { ...(policies.length > 0 && { policies }), ...(values.length > 0 && { tags }) };
}

/** STS: who am I, and acting as a role of the template. */
export function createSts(context: CloudContext & { readonly credentials: CredentialStore }): CloudService {
  const { accountId, credentials } = context;
  const roles = () => context.service<IamService>('iam').roles;

  function callerIdentity({ caller, id }: ServiceRequest): PreparedCall {
    const role = caller.roleArn ? roles().get(caller.roleArn) : undefined;
    const userId = caller.roleArn ? `${role?.id ?? 'AROA'}:${caller.arn.split('/').at(-1)}` : 'AIDAADMIN';
    return {
      operation: 'GetCallerIdentity',
      // No permission is needed to ask who one is (STS API Reference, GetCallerIdentity).
      authorize: [],
      input: {},
      execute: async () =>
        queryResponse('GetCallerIdentity', { UserId: userId, Account: accountId, Arn: caller.arn }, NAMESPACE, id),
    };
  }

  function assumeRole({ caller, id }: ServiceRequest, input: URLSearchParams): PreparedCall {
    const roleArn = input.get('RoleArn') ?? '';
    const sessionName = input.get('RoleSessionName') ?? '';
    if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
      throw new AwsError(
        'ValidationError',
        "Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}",
      );
    }
    const seconds = Number(input.get('DurationSeconds') ?? 3600);
    const terms = sessionTerms(input);
    return {
      operation: 'AssumeRole',
      authorize: [
        { action: 'sts:AssumeRole', resource: roleArn },
        ...(terms?.tags ? [{ action: 'sts:TagSession', resource: roleArn }] : []),
      ],
      input: queryMembers(input),
      async execute() {
        const role = roles().get(roleArn);
        if (!role) throw new AwsError('AccessDenied', `The role ${roleArn} is not in the template.`, 403);
        // The administrator may look through any role's eyes; everybody else needs the role's trust.
        if (caller.roleArn !== undefined)
          roles().assertAssumable(roleArn, { arn: caller.arn, roleArn: caller.roleArn, accountId });
        if (!(seconds >= 900 && seconds <= role.maxSessionSeconds)) {
          throw new AwsError(
            'ValidationError',
            `The requested DurationSeconds must lie between 900 and the role's MaxSessionDuration, ${role.maxSessionSeconds}.`,
          );
        }
        // Tokens are checked against the machine's time, as signatures are.
        const until = Date.now() + seconds * 1000;
        const keys = credentials.forRole(roleArn, sessionName, until, terms);
        return queryResponse(
          'AssumeRole',
          {
            AssumedRoleUser: { AssumedRoleId: `${role.id}:${sessionName}`, Arn: sessionArn(roleArn, sessionName) },
            Credentials: {
              AccessKeyId: keys.accessKeyId,
              SecretAccessKey: keys.secretAccessKey,
              SessionToken: keys.sessionToken,
              Expiration: new Date(until),
            },
          },
          NAMESPACE,
          id,
        );
      },
    };
  }

  return {
    signingNames: ['sts'],
    members: stsMembers,
    async prepare(request) {
      const { operation, input } = await readQueryRequest(request);
      if (operation === 'GetCallerIdentity') return callerIdentity(request);
      if (operation === 'AssumeRole') return assumeRole(request, input);
      throw new AwsError('InvalidAction', `STS ${operation} is not emulated. Known: AssumeRole, GetCallerIdentity.`);
    },
    formatError: queryError(NAMESPACE),
  };
}
