import { scalingOf } from '#domain/deployment/asynchronous';
import type { DeploymentSettings } from '#domain/deployment/settings';
import type { TrainingSettings } from '#domain/training/settings';

/** What instances are used for, as Service Quotas names it: `ml.m5.large for endpoint usage`. */
type Usage = 'training job' | 'spot training job' | 'transform job' | 'endpoint';

/** A quota of an account that the pipelines need, by the names of Service Quotas. */
export interface QuotaNeed {
  readonly service: 'sagemaker' | 'lambda';
  readonly quota: string;
  readonly needed: number;
  /** What needs how much of it. */
  readonly because: readonly string[];
}

/** The sections of a pipeline that use instances. */
export interface QuotaSections {
  readonly name: string;
  readonly training: Pick<TrainingSettings, 'instances' | 'tuning'>;
  readonly deployment: Pick<DeploymentSettings, 'instances' | 'scaling' | 'serverless' | 'asynchronous'>;
}

/** Lambda's quota of an account and region (Lambda Developer Guide, "Lambda quotas"). */
export const lambdaConcurrency = 'Concurrent executions';

/** Functions that may run beside the shards of a run: the machines' single Tasks, notices and predictions. */
const BESIDE_SHARDS = 10;

/** So many instances of a type, what for, and why. */
type Use = [type: string, usage: Usage, instances: number, because: string];

/**
 * The instances that one pipeline uses at most at once. One run of a pipeline is under way at a time, so its jobs count once:
 * a training job, or those of a tuning that run in parallel; candidate and champion scored side by side; an endpoint's old
 * instances beside its new ones while it is updated (SageMaker Developer Guide, "Blue/Green Deployments").
 */
function instancesOf({ name, training, deployment }: QuotaSections): Use[] {
  const { type, count, spot } = training.instances;
  const { tuning } = training;
  const jobs = tuning ? Math.min(tuning.parallel, tuning.maxJobs ?? tuning.parallel) : 1;
  const trained = tuning ? `${jobs} training jobs at once on ${count}` : `a training job on ${count}`;
  const { type: served, count: begun } = deployment.instances;
  const serving = scalingOf(deployment)?.max ?? begun;
  const endpoint: Use = [
    served,
    'endpoint',
    2 * serving,
    `${name}: ${serving} old beside ${serving} new while the endpoint is updated`,
  ];
  return [
    [type, spot ? 'spot training job' : 'training job', jobs * count, `${name}: ${trained}`],
    [type, 'transform job', 2, `${name}: candidate and champion are scored side by side`],
    ...(deployment.serverless ? [] : [endpoint]),
  ];
}

/**
 * The quotas that a stage with these pipelines needs when each of them trains and deploys at the same time, by name.
 *
 * @param shardConcurrency how many shards a run works on at once: the Serverless parameter
 */
export function quotaNeeds(pipelines: readonly QuotaSections[], shardConcurrency: number): QuotaNeed[] {
  const needs = new Map<string, QuotaNeed>();
  for (const [type, usage, needed, because] of pipelines.flatMap(instancesOf)) {
    const quota = `${type} for ${usage} usage`;
    const known = needs.get(quota);
    needs.set(quota, {
      service: 'sagemaker',
      quota,
      needed: (known?.needed ?? 0) + needed,
      because: [...(known?.because ?? []), because],
    });
  }
  const byName = [...needs.values()].sort((a, b) => (a.quota < b.quota ? -1 : 1));
  return [
    ...byName,
    {
      service: 'lambda',
      quota: lambdaConcurrency,
      needed: shardConcurrency + BESIDE_SHARDS,
      because: [
        `${shardConcurrency} shards of a run at once (shardConcurrency), and ${BESIDE_SHARDS} for everything else`,
      ],
    },
  ];
}

/** A need compared with what the account has. */
export interface QuotaFinding extends QuotaNeed {
  /** `slow`: below the need, but what exceeds it waits instead of failing. */
  readonly state: 'enough' | 'slow' | 'too low' | 'unknown';
  readonly limit?: number;
  /** What to do; absent when there is enough. */
  readonly fix?: string;
}

/**
 * Compares needs with an account's quotas.
 *
 * @param limits by service and quota name, as `sagemaker ml.m5.large for endpoint usage`
 */
export function compareQuotas(
  needs: readonly QuotaNeed[],
  limits: ReadonlyMap<string, { readonly value: number; readonly code: string }>,
): QuotaFinding[] {
  return needs.map((need): QuotaFinding => {
    const { service, quota, needed } = need;
    const found = limits.get(`${service} ${quota}`);
    if (!found)
      return {
        ...need,
        state: 'unknown',
        fix: `look for "${quota}" in Service Quotas (${service}): it is not listed for this account and region`,
      };
    if (found.value >= needed) return { ...need, state: 'enough', limit: found.value };
    const request = `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${found.code} --desired-value ${needed}`;
    // A shard for which Lambda has no room waits (statemachines/policies.yml), so a low concurrency fails nothing.
    return { ...need, state: service === 'lambda' ? 'slow' : 'too low', limit: found.value, fix: request };
  });
}
