import { matchesWildcard } from '../iam/wildcard.ts';
import type { AuditedRole } from './log.ts';

/**
 * Actions that know no resource, so that `*` is all a policy can say (Service Authorization Reference: no resource type
 * in the row of the action). The log actions of vended log delivery are among them; Step Functions asks for
 * DescribeLogGroups on `*` too ("IAM policies for logging to CloudWatch Logs").
 */
const WITHOUT_RESOURCE = [
  'cloudwatch:PutMetricData',
  'ecr:GetAuthorizationToken',
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'sagemaker:ListEndpointConfigs',
  'sagemaker:ListEndpoints',
  'sagemaker:ListModels',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/** A grant wider than the service makes necessary. */
export interface WideGrant {
  readonly role: string;
  readonly statement: string;
  /** The action pattern that is granted on every resource, or that is itself a wildcard. */
  readonly action: string;
  readonly why: string;
}

/** The grants of roles that name `*` where the service supports better, or whole families of actions. */
export function wideGrants(roles: readonly AuditedRole[]): WideGrant[] {
  return roles.flatMap(({ logicalId: role, policies }) =>
    policies.flatMap((policy) =>
      policy.statements.flatMap(({ effect, actions = [], resources = [], notActions, notResources }, index) => {
        if (effect === 'Deny') return [];
        const statement = `${policy.name}, statement ${index + 1}`;
        const wide = (action: string, why: string): WideGrant => ({ role, statement, action, why });
        const everything = resources.some((resource) => matchesWildcard(resource, 'arn:'));
        return [
          ...(notActions || notResources ? [wide('everything but …', 'it grants whatever it does not name')] : []),
          ...actions.flatMap((action) => {
            if (/[*?]/.test(action)) return [wide(action, 'it is a family of actions')];
            if (everything && !WITHOUT_RESOURCE.includes(action))
              return [wide(action, 'it is granted on every resource, and the service knows resources for it')];
            return [];
          }),
        ];
      }),
    ),
  );
}
