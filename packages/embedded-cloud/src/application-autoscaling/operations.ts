import { randomUUID } from 'node:crypto';
import type { Operation } from '#src/cloud/json-operations';
import type { JsonObject } from '#src/cloud/json-protocol';
import { pageAfter } from '#src/cloud/paging';
import { optionalNumber, optionalText, requiredText, textList } from '#src/cloud/read-members';
import { AwsError, type CloudContext } from '#src/cloud/service';
import { authorizations } from './authorize.ts';
import { invalid, keyOf, readBounds, readPolicy, variantOf } from './read-input.ts';
import type { ScaledEndpoints } from './scaled-endpoints.ts';
import { type AutoScalingStore, keyText, type ScalableTarget, type ScalingPolicy, type TargetKey } from './store.ts';

/** API Reference, DescribeScalableTargets and DescribeScalingPolicies: MaxResults. */
const MAX_PAGE = 50;

const missing = (what: string, { namespace, resourceId, dimension }: TargetKey): AwsError =>
  new AwsError(
    'ObjectNotFoundException',
    `No ${what} for service namespace: ${namespace}, resource ID: ${resourceId}, scalable dimension: ${dimension}`,
  );

function paged<T>(input: JsonObject, all: readonly T[], idOf: (item: T) => string) {
  const { items, next } = pageAfter(
    all,
    idOf,
    optionalNumber(input, 'MaxResults', 1, MAX_PAGE) ?? MAX_PAGE,
    optionalText(input, 'NextToken'),
    () => new AwsError('InvalidNextTokenException', 'The next token is not valid.'),
  );
  return { items, ...(next !== undefined && { NextToken: next }) };
}

/** The ARN of a policy, by which alarms name it. */
export const policyArn = (
  { region, accountId }: Pick<CloudContext, 'region' | 'accountId'>,
  { id, namespace, resourceId, name }: ScalingPolicy,
): string =>
  `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${id}:resource/${namespace}/${resourceId}:policyName/${name}`;

/** The operations of Application Auto Scaling. Targets and policies are kept and described. */
export function autoScalingOperations(
  context: CloudContext,
  store: AutoScalingStore,
): Readonly<Record<string, Operation>> {
  const endpoints = (): ScaledEndpoints => context.service<ScaledEndpoints>('sagemaker');
  const may = authorizations(context, store, endpoints);
  const { region, accountId, clock } = context;
  const targetArn = ({ id }: ScalableTarget): string =>
    `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/${id}`;
  const described = (key: TargetKey) => ({
    ServiceNamespace: key.namespace,
    ResourceId: key.resourceId,
    ScalableDimension: key.dimension,
  });
  const alarmsOf = ({ type, resourceId, alarms: [high, low] }: ScalingPolicy) =>
    (type === 'StepScaling' ? [] : [`AlarmHigh-${high}`, `AlarmLow-${low}`]).map((end) => {
      const AlarmName = `TargetTracking-${resourceId}-${end}`;
      return { AlarmName, AlarmARN: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${AlarmName}` };
    });
  const describedPolicy = (policy: ScalingPolicy) => ({
    ...described(policy),
    PolicyARN: policyArn(context, policy),
    PolicyName: policy.name,
    PolicyType: policy.type,
    [`${policy.type}PolicyConfiguration`]: policy.configuration,
    Alarms: alarmsOf(policy),
    CreationTime: policy.createdAt / 1000,
  });
  const isAbout = (input: JsonObject, { namespace, resourceId, dimension }: TargetKey): boolean =>
    requiredText(input, 'ServiceNamespace') === namespace &&
    (optionalText(input, 'ResourceId') ?? resourceId) === resourceId &&
    (optionalText(input, 'ScalableDimension') ?? dimension) === dimension;
  const requireTarget = (key: TargetKey, what: string): ScalableTarget => {
    const target = store.target(key);
    if (!target) throw missing(what, key);
    return target;
  };

  return {
    RegisterScalableTarget: {
      authorize: may.register,
      run(input) {
        const key = keyOf(input);
        const { endpoint, variant } = variantOf(key);
        const known = store.target(key);
        const serving = endpoints().serving(endpoint);
        const bounds = readBounds(input, known, serving?.mayHaveNone === true);
        if (!serving?.variants.includes(variant)) {
          throw invalid(`There is no variant ${variant} of an endpoint ${endpoint}.`);
        }
        const target = { ...key, ...bounds, id: known?.id ?? randomUUID(), createdAt: known?.createdAt ?? clock.now() };
        store.putTarget(target);
        return { ScalableTargetARN: targetArn(target) };
      },
    },
    DeregisterScalableTarget: {
      authorize: may.remove('DeregisterScalableTarget'),
      run(input) {
        store.removeTarget(requireTarget(keyOf(input), 'scalable target found'));
      },
    },
    DescribeScalableTargets: {
      authorize: may.onAny('DescribeScalableTargets'),
      run(input) {
        const ids = textList(input, 'ResourceIds');
        const about = store
          .targets()
          .filter((target) => isAbout(input, target) && (ids.length === 0 || ids.includes(target.resourceId)));
        const { items, ...next } = paged(input, about, keyText);
        const ScalableTargets = items.map((target) => ({
          ...described(target),
          MinCapacity: target.min,
          MaxCapacity: target.max,
          RoleARN: may.linkedRoleArn,
          CreationTime: target.createdAt / 1000,
          SuspendedState: target.suspended,
          ScalableTargetARN: targetArn(target),
        }));
        return { ScalableTargets, ...next };
      },
    },
    PutScalingPolicy: {
      authorize: may.put,
      run(input) {
        const key = keyOf(input);
        const name = requiredText(input, 'PolicyName');
        const read = readPolicy(input);
        requireTarget(key, 'scalable target registered');
        const known = store.policy(key, name);
        const others = store.policies().filter((p) => keyText(p) === keyText(key) && p.name !== name);
        if (read.type === 'TargetTrackingScaling' && others.some(({ type }) => type === read.type))
          throw invalid('Only one TargetTrackingScaling policy for a given metric specification is allowed.');
        const policy: ScalingPolicy = {
          ...key,
          name,
          ...read,
          id: known?.id ?? randomUUID(),
          alarms: known?.alarms ?? [randomUUID(), randomUUID()],
          createdAt: known?.createdAt ?? clock.now(),
        };
        store.putPolicy(policy);
        return { PolicyARN: policyArn(context, policy), Alarms: alarmsOf(policy) };
      },
    },
    DescribeScalingPolicies: {
      authorize: may.onAny('DescribeScalingPolicies'),
      run(input) {
        const names = textList(input, 'PolicyNames');
        const about = store
          .policies()
          .filter((policy) => isAbout(input, policy) && (names.length === 0 || names.includes(policy.name)));
        const { items, ...next } = paged(input, about, (policy) => `${keyText(policy)}|${policy.name}`);
        return { ScalingPolicies: items.map(describedPolicy), ...next };
      },
    },
    DeleteScalingPolicy: {
      authorize: may.remove('DeleteScalingPolicy'),
      run(input) {
        const key = keyOf(input);
        const name = requiredText(input, 'PolicyName');
        if (!store.policy(key, name)) throw missing(`scaling policy found with name ${name}`, key);
        store.removePolicy(key, name);
      },
    },
  };
}
