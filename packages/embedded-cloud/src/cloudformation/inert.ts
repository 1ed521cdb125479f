import { physicalName } from '../cloud/physical-name.ts';
import type { AppliedResource, TemplateResource } from '../cloud/service.ts';

type Reference = (resource: TemplateResource) => AppliedResource;

const named =
  (member: string): Reference =>
  ({ properties, logicalId, stackName }) => {
    const given = properties[member];
    return { ref: typeof given === 'string' ? given : physicalName(stackName, logicalId), attributes: {} };
  };

/**
 * Resource types that have no effect locally: they watch, show or permit what the embedded cloud does without
 * permission. They are recorded with the Ref AWS would give, so that references to them resolve.
 */
export const INERT: Readonly<Record<string, Reference>> = {
  'AWS::Budgets::Budget': named('BudgetName'),
  'AWS::Logs::MetricFilter': named('FilterName'),
  'AWS::Logs::ResourcePolicy': named('PolicyName'),
  'AWS::Logs::SubscriptionFilter': named('FilterName'),
  'AWS::ResourceGroups::Group': named('Name'),
  'AWS::SSM::Parameter': named('Name'),
  'AWS::XRay::Group': named('GroupName'),
  'AWS::XRay::SamplingRule': named('RuleName'),
};
