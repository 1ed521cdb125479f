import type { JsonObject } from '#src/cloud/json-protocol';
import type { AuthorizationRequest, CloudContext } from '#src/cloud/service';
import { keyOf, variantOf } from './read-input.ts';
import type { ScaledEndpoints } from './scaled-endpoints.ts';
import { type AutoScalingStore, keyText } from './store.ts';

/** The role that the service makes for itself in an account. */
const LINKED_ROLE =
  'role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint';

const SERVICE = 'application-autoscaling';

/**
 * What a caller must be allowed: the operation, on the target (Service Authorization Reference, "Application Auto Scaling"), and
 * what the service does for it to the endpoint and in CloudWatch (Application Auto Scaling User Guide, "Permissions required for API
 * actions on target services and CloudWatch"; SageMaker Developer Guide, "Auto scaling prerequisites").
 */
export function authorizations(
  { region, accountId }: CloudContext,
  store: AutoScalingStore,
  endpoints: () => ScaledEndpoints,
) {
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  const onTarget =
    (operation: string) =>
    (input: JsonObject): AuthorizationRequest => {
      const key = keyOf(input);
      return {
        action: `${SERVICE}:${operation}`,
        resource: arn(SERVICE, `scalable-target/${store.target(key)?.id ?? '*'}`),
        context: { [`${SERVICE}:service-namespace`]: key.namespace, [`${SERVICE}:scalable-dimension`]: key.dimension },
      };
    };
  const onEndpoint = (action: string, input: JsonObject): AuthorizationRequest => ({
    action: `sagemaker:${action}`,
    resource: arn('sagemaker', `endpoint/${variantOf(keyOf(input)).endpoint.toLowerCase()}`),
  });
  const onAlarms = (action: string, input: JsonObject): AuthorizationRequest => ({
    action: `cloudwatch:${action}`,
    resource: arn('cloudwatch', `alarm:TargetTracking-${keyOf(input).resourceId}-*`),
  });
  const linkedRoleArn = `arn:aws:iam::${accountId}:${LINKED_ROLE}`;
  const onConfig = (input: JsonObject): AuthorizationRequest[] => {
    const config = endpoints().serving(variantOf(keyOf(input)).endpoint)?.config;
    if (config === undefined) return [];
    const resource = arn('sagemaker', `endpoint-config/${config.toLowerCase()}`);
    return [{ action: 'sagemaker:DescribeEndpointConfig', resource }];
  };
  const linkedRole: AuthorizationRequest = {
    action: 'iam:CreateServiceLinkedRole',
    resource: linkedRoleArn,
    context: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' },
  };
  return {
    linkedRoleArn,
    onAny: (operation: string) => (): AuthorizationRequest[] => [{ action: `${SERVICE}:${operation}`, resource: '*' }],
    register: (input: JsonObject): AuthorizationRequest[] => [
      onTarget('RegisterScalableTarget')(input),
      ...(store.hasLinkedRole() ? [] : [linkedRole]),
      onEndpoint('DescribeEndpoint', input),
      ...onConfig(input),
      onEndpoint('UpdateEndpointWeightsAndCapacities', input),
    ],
    // Only target tracking makes alarms of its own.
    put: (input: JsonObject): AuthorizationRequest[] => [
      onTarget('PutScalingPolicy')(input),
      ...(input['PolicyType'] === 'TargetTrackingScaling'
        ? [onAlarms('DescribeAlarms', input), onAlarms('PutMetricAlarm', input)]
        : []),
    ],
    remove: (operation: 'DeregisterScalableTarget' | 'DeleteScalingPolicy') => (input: JsonObject) => {
      const key = keyText(keyOf(input));
      const hasPolicy = store.policies().some((policy) => keyText(policy) === key);
      return [onTarget(operation)(input), ...(hasPolicy ? [onAlarms('DeleteAlarms', input)] : [])];
    },
  };
}
